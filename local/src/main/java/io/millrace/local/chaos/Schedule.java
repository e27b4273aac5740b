package io.millrace.local.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/** Faults in the order of their beginnings; a fault may begin before another is over. */
record Schedule(List<Step> steps) {
    /** Replicas of inference-service. */
    static final int REPLICAS = 3;

    private static final double LEAST_GAP = 2;
    private static final double LONGEST_GAP = 12;
    private static final double FEATURES_LEFT_ALONE = 30;
    private static final double MINUTE = 60;
    private static final double LONG_OUTAGE = 300;

    Schedule {
        steps = List.copyOf(steps);
    }

    /** The same seed and length give the same faults. */
    static Schedule draw(long seed, Duration length) {
        var random = new Random(seed);
        double seconds = length.toMillis() / 1e3;
        var steps = new ArrayList<Step>();
        double at = random.nextDouble(1, LEAST_GAP + 1);
        double featuresAreBack = 0;
        while (at < seconds) {
            Fault fault = fault(random);
            double lasts = lasts(fault, random, seconds - at);
            int replica = fault.isOfOneReplica() ? random.nextInt(REPLICAS) : 0;
            // Without features nothing is predicted: faults of feature-service in a row would hide all others.
            if (!fault.starves() || at >= featuresAreBack) {
                steps.add(new Step(tenths(at), fault, replica, tenths(lasts)));
                featuresAreBack = fault.starves() ? at + lasts + FEATURES_LEFT_ALONE : featuresAreBack;
            }
            at += random.nextDouble(LEAST_GAP, LONGEST_GAP);
        }
        return new Schedule(steps);
    }

    /** Steps as {@link #toString()} writes them. */
    static Schedule parse(String text) {
        return new Schedule(Arrays.stream(text.split(","))
                .filter(step -> !step.isBlank())
                .map(Step::parse)
                .sorted(Comparator.comparingDouble(Step::at))
                .toList());
    }

    /** When the last fault is over, in seconds. */
    double end() {
        return steps.stream()
                .mapToDouble(step -> step.at() + step.lasts())
                .max()
                .orElse(0);
    }

    @Override
    public String toString() {
        return steps.stream().map(Step::toString).collect(Collectors.joining(", "));
    }

    private static Fault fault(Random random) {
        int whole = Arrays.stream(Fault.values()).mapToInt(Fault::weight).sum();
        int drawn = random.nextInt(whole);
        for (Fault fault : Fault.values()) {
            drawn -= fault.weight();
            if (drawn < 0) {
                return fault;
            }
        }
        throw new IllegalStateException("weights add up to " + whole);
    }

    private static double lasts(Fault fault, Random random, double left) {
        if (fault != Fault.STOP_FEATURES) {
            return random.nextDouble(fault.least(), Math.min(fault.longest(), Math.max(left, fault.least() + 1)));
        }
        double[] choices = {fault.least(), MINUTE, LONG_OUTAGE};
        double drawn = choices[random.nextInt(choices.length)];
        return drawn <= left / 2 ? drawn : fault.least();
    }

    private static double tenths(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.1f", value));
    }
}
