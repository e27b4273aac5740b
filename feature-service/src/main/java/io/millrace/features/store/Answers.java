package io.millrace.features.store;

import io.millrace.features.kernel.fold.ViewPlan;
import java.util.OptionalLong;

/** What both stores say alike about instants that cannot be read. */
final class Answers {
    private Answers() {}

    /** The earliest instant that may be read of a view; any where nothing was applied to it yet. */
    static long earliest(ViewPlan plan, OptionalLong newestMicros) {
        return newestMicros.isPresent() ? plan.earliest(newestMicros.getAsLong()) : Long.MIN_VALUE;
    }
}
