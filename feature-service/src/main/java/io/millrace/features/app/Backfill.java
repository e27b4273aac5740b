package io.millrace.features.app;

import io.millrace.features.kernel.ViewId;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a new version of a view reads before it has caught up.
 *
 * @param source a topic, {@code push}, a path or a query
 * @param ranges from which offset to which, for each partition of a topic; empty for other sources and where the topic is not there
 * @param records of the source, by the offsets; empty where it is not known
 * @param note what else there is to say, for people; may be empty
 */
public record Backfill(ViewId view, String source, List<Range> ranges, OptionalLong records, String note) {
    public Backfill {
        ranges = List.copyOf(ranges);
    }

    /** Offsets of a partition: {@code from} is read first, {@code to} is the one behind the last. */
    public record Range(int partition, long from, long to) {}
}
