package io.millrace.local.chaos;

import io.millrace.backing.audit.StreamAudit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How long it takes after a kill until each partition has the outcome of an event that was sent after it. Thread-safe. */
final class Recoveries {
    private static final double GOAL_SECONDS = 10;

    private final List<Open> open = new ArrayList<>();
    private final List<Double> alone = new ArrayList<>();
    private final List<Double> amongOthers = new ArrayList<>();

    private static final class Open {
        private final long killed = System.nanoTime();
        private final long[] beyond;
        private boolean disturbed;

        Open(long[] beyond, boolean disturbed) {
            this.beyond = beyond;
            this.disturbed = disturbed;
        }
    }

    /**
     * Notes a kill.
     *
     * @param lastOffsets of the events that were there before it
     * @param disturbed whether another fault is under way
     */
    synchronized void killed(long[] lastOffsets, boolean disturbed) {
        disturb();
        open.add(new Open(lastOffsets, disturbed || open.size() > 0));
    }

    /** Notes another fault, after which a recovery that is under way says nothing of the kill alone. */
    synchronized void disturb() {
        open.forEach(kill -> kill.disturbed = true);
    }

    /** Looks which kills are recovered from, as of the audit's last look at outcomes. */
    synchronized void look(StreamAudit audit) {
        for (Iterator<Open> kills = open.iterator(); kills.hasNext(); ) {
            Open kill = kills.next();
            boolean recovered = true;
            for (int partition = 0; partition < kill.beyond.length; partition++) {
                recovered &= audit.answeredUpTo(partition) > kill.beyond[partition];
            }
            if (recovered) {
                kills.remove();
                (kill.disturbed ? amongOthers : alone).add((System.nanoTime() - kill.killed) / 1e9);
            }
        }
    }

    @Override
    public synchronized String toString() {
        return "predictions of all partitions again after a kill of a replica: " + figures(alone)
                + (alone.stream().allMatch(seconds -> seconds <= GOAL_SECONDS)
                        ? ""
                        : ", more than the 10 s that are the goal")
                + "; where other faults were under way, too: " + figures(amongOthers);
    }

    private static String figures(List<Double> seconds) {
        return seconds.isEmpty()
                ? "none"
                : seconds.stream()
                        .sorted()
                        .map(each -> String.format(Locale.ROOT, "%.1f", each))
                        .collect(Collectors.joining(" ", "", " s"));
    }
}
