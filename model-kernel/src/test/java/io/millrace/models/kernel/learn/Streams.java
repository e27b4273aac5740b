package io.millrace.models.kernel.learn;

import io.millrace.models.kernel.random.Seeded;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Streams of rows whose law is known. */
final class Streams {
    static final FeatureSpace MIXED = new FeatureSpace(
            List.of("a", "b", "c"),
            List.of(new FeatureSpace.Category("kind", 6), new FeatureSpace.Category("place", 8)),
            List.of(
                    new FeatureSpace.Interaction("a", "b"),
                    new FeatureSpace.Interaction("a", "kind"),
                    new FeatureSpace.Interaction("kind", "place")));

    static final FeatureSpace NUMBERS = FeatureSpace.ofNumbers("a", "b", "c", "d");

    private Streams() {}

    static Example mixed(Seeded random) {
        double[] numbers = {3 + random.gaussian(), 100 + 20 * random.gaussian(), random.uniform()};
        @Nullable
        String[] texts = {"kind" + random.below(5), random.below(10) == 0 ? null : "place" + random.below(40)};
        return MIXED.example(numbers, texts);
    }

    static Example numbers(Seeded random) {
        double[] numbers = {random.uniform(), random.uniform(), random.gaussian(), random.gaussian()};
        return NUMBERS.example(numbers, new String[0]);
    }

    /** 1 with probability logistic(2 (a − 3) − (b − 100) / 20 + 1 where the kind is the one that "kind1" hashes to). */
    static double mixedClass(Example example, Seeded random) {
        double score = 2 * (example.dense(0) - 3) - (example.dense(1) - 100) / 20;
        if (example.slot(0) == MIXED.slotOf(0, "kind1")) score += 1;
        return random.uniform() < 1 / (1 + StrictMath.exp(-score)) ? 1 : 0;
    }

    static double mixedNumber(Example example, Seeded random) {
        return 5 + 2 * example.dense(0) - 0.1 * example.dense(1) + 0.1 * random.gaussian();
    }

    /** A checkerboard of two by two over a and b, wrong one time in twenty: no linear model does better than chance. */
    static double board(Example example, Seeded random) {
        boolean positive = example.dense(0) > 0.5 != example.dense(1) > 0.3;
        return positive != random.uniform() < 0.05 ? 1 : 0;
    }
}
