package io.millrace.features.offline;

import io.millrace.features.kernel.state.EventOrder;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Below which offsets a row knows its view's events. Where one partition stands twice, the smaller offset counts.
 *
 * @param next by topic id and partition; of a partition that is not there nothing is known
 */
record KnownPositions(Map<Partition, Long> next) implements Predicate<EventOrder> {
    record Partition(String topicId, int number) {}

    KnownPositions {
        next = Map.copyOf(next);
    }

    /**
     * @param text of {@link TrainingSql#asks}: topic, partition and offset with blanks between, several with semicolons between; topics by their numbers from 1
     */
    static KnownPositions read(@Nullable String text, List<String> topics) throws SQLException {
        var next = new HashMap<Partition, Long>();
        if (text != null && !text.isEmpty()) {
            for (String each : parts(text, ';')) {
                List<String> parts = parts(each, ' ');
                if (parts.size() != 3) {
                    throw new SQLException("'" + each + "' is no position");
                }
                next.merge(
                        new Partition(topics.get(Integer.parseInt(parts.get(0)) - 1), Integer.parseInt(parts.get(1))),
                        Long.parseLong(parts.get(2)),
                        Math::min);
            }
        }
        return new KnownPositions(next);
    }

    @Override
    public boolean test(EventOrder event) {
        return event.offset() < next.getOrDefault(new Partition(event.topicId(), event.partition()), Long.MIN_VALUE);
    }

    private static List<String> parts(String text, char between) {
        var parts = new ArrayList<String>();
        int from = 0;
        for (int at = text.indexOf(between); at >= 0; at = text.indexOf(between, from)) {
            parts.add(text.substring(from, at));
            from = at + 1;
        }
        parts.add(text.substring(from));
        return parts;
    }
}
