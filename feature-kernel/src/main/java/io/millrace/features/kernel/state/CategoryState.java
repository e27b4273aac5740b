package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How often each category came, exactly, up to a declared number of different ones. Where there were more, or one of more than {@value #MAX_LENGTH} characters, it
 * only knows that: it has overflowed, whatever the order in which they came.
 */
public final class CategoryState implements AggregationState {
    /** Characters (UTF-16) of a category. */
    public static final int MAX_LENGTH = 1_024;

    private static final int COUNTED = 0;
    private static final int OVERFLOWED = 1;

    private final int limit;
    private final Map<String, long[]> counts = new HashMap<>();
    private boolean overflowed;

    CategoryState(int limit) {
        this.limit = limit;
    }

    static CategoryState read(int limit, ByteReader in) {
        var state = new CategoryState(limit);
        if (in.octet() == OVERFLOWED) {
            state.overflow();
            return state;
        }
        for (int left = in.size(); left > 0; left--) {
            String category = in.text();
            state.add(category, in.unsigned());
        }
        if (state.overflowed) {
            throw new EncodingException("more than " + limit + " categories");
        }
        return state;
    }

    /**
     * The counts by category; null where there were more of them.
     *
     * @param most how many categories at most; not more than are told apart here
     */
    public FeatureValue.@Nullable Counts histogram(int most) {
        return isMoreThan(most) ? null : new FeatureValue.Counts(sorted());
    }

    private boolean isMoreThan(int most) {
        return overflowed || counts.size() > most;
    }

    /**
     * The most frequent categories, the most frequent first; of equally frequent ones the smaller first.
     *
     * @param most as for {@link #histogram}
     * @param type what the categories are: bool, int64 or string
     * @return null where there were more categories
     */
    public FeatureValue.@Nullable Many top(int k, int most, ValueType type) {
        if (isMoreThan(most)) {
            return null;
        }
        Comparator<Map.Entry<String, long[]>> byCount = Comparator.comparingLong(entry -> -entry.getValue()[0]);
        Comparator<Map.Entry<String, long[]>> bySize = type == ValueType.INT64
                ? Comparator.comparingLong(entry -> Long.parseLong(entry.getKey()))
                : Map.Entry.comparingByKey();
        List<FeatureValue> top = counts.entrySet().stream()
                .sorted(byCount.thenComparing(bySize))
                .limit(k)
                .map(entry -> value(entry.getKey(), type))
                .toList();
        return new FeatureValue.Many(top);
    }

    private static FeatureValue value(String category, ValueType type) {
        return switch (type) {
            case BOOL -> new FeatureValue.Bool(Boolean.parseBoolean(category));
            case INT64 -> new FeatureValue.Int(Long.parseLong(category));
            default -> new FeatureValue.Text(category);
        };
    }

    @Override
    public boolean overflowed() {
        return overflowed;
    }

    @Override
    public void add(@Nullable FeatureValue value, boolean met, EventOrder order) {
        add(
                switch (value) {
                    case FeatureValue.Bool(boolean bool) -> Boolean.toString(bool);
                    case FeatureValue.Int(long whole) -> Long.toString(whole);
                    case FeatureValue.Text(String text) -> text;
                    case null, default -> throw new IllegalArgumentException("no category is " + value);
                },
                1);
    }

    private void add(String category, long count) {
        if (overflowed) {
            return;
        }
        long[] before = counts.get(category);
        if (before != null) {
            before[0] += count;
        } else if (counts.size() == limit || category.length() > MAX_LENGTH) {
            overflow();
        } else {
            counts.put(category, new long[] {count});
        }
    }

    private void overflow() {
        overflowed = true;
        counts.clear();
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof CategoryState categories) || categories.limit != limit) {
            throw AggregationState.mismatch(this, other);
        }
        if (categories.overflowed) {
            overflow();
        } else {
            categories.counts.forEach((category, count) -> add(category, count[0]));
        }
    }

    @Override
    public void write(ByteWriter out) {
        if (overflowed) {
            out.octet(OVERFLOWED);
            return;
        }
        out.octet(COUNTED);
        out.unsigned(counts.size());
        sorted().forEach((category, count) -> {
            out.text(category);
            out.unsigned(count);
        });
    }

    private NavigableMap<String, Long> sorted() {
        var sorted = new TreeMap<String, Long>();
        counts.forEach((category, count) -> sorted.put(category, count[0]));
        return sorted;
    }
}
