package io.millrace.local.chaos;

import java.util.Locale;

/** What is done to the platform, and how long it lasts. */
enum Fault {
    /** SIGKILL; the duration is how long it stays down. */
    KILL_INFERENCE(14, true, 0, 5),
    /** SIGSTOP for longer than the transaction timeout, then SIGCONT: a zombie that has to be fenced. */
    FREEZE_INFERENCE(6, true, 12, 20),
    /** SIGTERM and a start, one replica after the other. */
    ROLL_INFERENCE(3, false, 0, 2),
    /** Down to one replica and back to all of them. */
    SCALE_INFERENCE(6, false, 1, 10),
    KILL_FEATURES(8, false, 0, 5),
    FREEZE_FEATURES(4, false, 3, 15),
    /** Runs a tenth of the time. */
    SLOW_FEATURES(5, false, 5, 20),
    /** Ended by SIGTERM and absent for as long: 10, 60 or 300 s, as the campaign has time for. */
    STOP_FEATURES(3, false, 10, 300),
    KILL_BROKER(6, false, 0, 5),
    KILL_REGISTRY(2, false, 0, 10),
    STOP_POSTGRES(2, false, 5, 60),
    /** Nine tenths of the events are one user's. */
    HOT_KEY(5, false, 5, 20),
    /** Every other event is one that cannot be read. */
    POISON(5, false, 1, 5);

    private final int weight;
    private final boolean ofOneReplica;
    private final double least;
    private final double longest;

    Fault(int weight, boolean ofOneReplica, double least, double longest) {
        this.weight = weight;
        this.ofOneReplica = ofOneReplica;
        this.least = least;
        this.longest = longest;
    }

    /** How often it is drawn beside the others. */
    int weight() {
        return weight;
    }

    boolean isOfOneReplica() {
        return ofOneReplica;
    }

    /** Whether nothing can be predicted meanwhile. */
    boolean starves() {
        return switch (this) {
            case KILL_FEATURES, FREEZE_FEATURES, SLOW_FEATURES, STOP_FEATURES -> true;
            case KILL_INFERENCE,
                    FREEZE_INFERENCE,
                    ROLL_INFERENCE,
                    SCALE_INFERENCE,
                    KILL_BROKER,
                    KILL_REGISTRY,
                    STOP_POSTGRES,
                    HOT_KEY,
                    POISON -> false;
        };
    }

    /** Seconds. */
    double least() {
        return least;
    }

    /** Seconds. */
    double longest() {
        return longest;
    }

    /** {@code kill-inference}. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
