package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.encoding.ValueEncoding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The values of the k newest events, or of the k oldest, by {@link EventOrder}. */
public final class ListState implements AggregationState {
    private static final Comparator<Entry> OLDEST_FIRST = Comparator.comparing(Entry::order);
    private static final Comparator<Entry> NEWEST_FIRST = OLDEST_FIRST.reversed();

    private final boolean oldest;
    private final int k;
    private List<Entry> entries = new ArrayList<>();

    private record Entry(EventOrder order, FeatureValue value) {}

    ListState(boolean oldest, int k) {
        this.oldest = oldest;
        this.k = k;
    }

    static ListState read(boolean oldest, int k, ByteReader in) {
        var state = new ListState(oldest, k);
        int size = in.size();
        if (size > k) {
            throw new EncodingException("a list of " + size + " values, at most " + k + " are kept");
        }
        if (size == 0) {
            return state;
        }
        int topics = in.size();
        var topicIds = new ArrayList<String>(topics);
        for (int i = 0; i < topics; i++) {
            topicIds.add(in.text());
        }
        long time = 0;
        for (int i = 0; i < size; i++) {
            time += in.signed();
            state.entries.add(entry(time, topicIds, in));
        }
        return state;
    }

    private static Entry entry(long time, List<String> topicIds, ByteReader in) {
        long topic = in.unsigned();
        long created = (topic & 1) == 0 ? FeatureEvent.NO_CREATED : time + in.signed();
        if (topic >>> 1 >= topicIds.size()) {
            throw new EncodingException("a list names topic " + (topic >>> 1) + " of " + topicIds.size());
        }
        var order = new EventOrder(time, created, topicIds.get((int) (topic >>> 1)), (int) in.signed(), in.signed());
        FeatureValue value = ValueEncoding.read(in);
        if (value == null) {
            throw new EncodingException("a null in a list");
        }
        return new Entry(order, value);
    }

    /**
     * The newest first, or the oldest first where the oldest are kept.
     *
     * @param most how many at most; not more than are kept
     */
    public FeatureValue value(int most) {
        return new FeatureValue.Many(
                entries.stream().limit(most).map(Entry::value).toList());
    }

    @Override
    public void add(@Nullable FeatureValue value, boolean met, EventOrder order) {
        if (value == null) {
            throw new IllegalArgumentException("a list got no value");
        }
        int from = 0;
        int to = entries.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            int compared = entries.get(middle).order().compareTo(order);
            if (oldest ? compared < 0 : compared > 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        if (from < k) {
            entries.add(from, new Entry(order, value));
            if (entries.size() > k) {
                entries.removeLast();
            }
        }
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof ListState list) || list.oldest != oldest || list.k != k) {
            throw AggregationState.mismatch(this, other);
        }
        Comparator<Entry> order = oldest ? OLDEST_FIRST : NEWEST_FIRST;
        var merged = new ArrayList<Entry>(Math.min(k, entries.size() + list.entries.size()));
        int mine = 0;
        int theirs = 0;
        while (merged.size() < k && (mine < entries.size() || theirs < list.entries.size())) {
            boolean takeMine = theirs == list.entries.size()
                    || (mine < entries.size() && order.compare(entries.get(mine), list.entries.get(theirs)) <= 0);
            merged.add(takeMine ? entries.get(mine++) : list.entries.get(theirs++));
        }
        entries = merged;
    }

    @Override
    public void write(ByteWriter out) {
        out.unsigned(entries.size());
        if (entries.isEmpty()) {
            return;
        }
        var topicIds = new TreeSet<String>();
        entries.forEach(entry -> topicIds.add(entry.order().topicId()));
        var places = List.copyOf(topicIds);
        out.unsigned(places.size());
        places.forEach(out::text);
        long before = 0;
        for (Entry entry : entries) {
            EventOrder order = entry.order();
            out.signed(order.timeMicros() - before);
            before = order.timeMicros();
            out.unsigned((long) places.indexOf(order.topicId()) << 1 | (order.hasCreated() ? 1 : 0));
            if (order.hasCreated()) {
                out.signed(order.createdMicros() - order.timeMicros());
            }
            out.signed(order.partition());
            out.signed(order.offset());
            ValueEncoding.write(entry.value(), out);
        }
    }
}
