package io.millrace.features.kernel;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** The fields of an event: a list that never changes, so that whoever is given one need not copy it. */
public final class EventFields extends AbstractList<@Nullable FeatureValue> implements RandomAccess {
    private final @Nullable FeatureValue[] values;

    private EventFields(@Nullable FeatureValue[] values) {
        this.values = values;
    }

    /** These values; a copy of them where the list is no such one. */
    public static EventFields of(List<@Nullable FeatureValue> values) {
        return values instanceof EventFields fields
                ? fields
                : new EventFields(values.toArray(new @Nullable FeatureValue[0]));
    }

    /** The array is not copied: whoever hands it over leaves it alone. */
    public static EventFields ofArray(@Nullable FeatureValue[] values) {
        return new EventFields(values);
    }

    @Override
    public @Nullable FeatureValue get(int place) {
        return values[place];
    }

    @Override
    public int size() {
        return values.length;
    }
}
