package io.millrace.features.store;

import io.millrace.features.app.OnlineStore.FeatureReading;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.fold.RowAnswer;
import io.millrace.features.kernel.fold.ViewPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** From the kernel's answers to the store's readings. */
final class Answers {
    private Answers() {}

    /** The reading of an instant that lies before what the view retains; empty where it does not. */
    static Optional<RowReading> beforeRetention(ViewPlan plan, OptionalLong newestMicros, long asOfMicros) {
        if (newestMicros.isEmpty()) {
            return Optional.empty();
        }
        long earliest = plan.horizon(newestMicros.getAsLong()).earliestMicros();
        return asOfMicros < earliest ? Optional.of(new RowReading.BeforeRetention(earliest)) : Optional.empty();
    }

    static RowReading reading(ViewPlan plan, RowAnswer answer) {
        return switch (answer) {
            case RowAnswer.Missing() ->
                new RowReading.Row(Collections.nCopies(plan.view().features().size(), new FeatureReading.Missing()));
            case RowAnswer.Row(List<@Nullable FeatureValue> values, long eventTime, boolean expired) -> {
                var readings = new ArrayList<FeatureReading>(values.size());
                for (FeatureValue value : values) {
                    readings.add(
                            expired
                                    ? new FeatureReading.Expired(value, eventTime)
                                    : new FeatureReading.Fresh(value, eventTime));
                }
                yield new RowReading.Row(readings);
            }
        };
    }
}
