package io.millrace.features.store;

import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a store keeps of a view as a whole.
 *
 * @param number stands for the view in the keys of its rows; never used again for another
 * @param fingerprint of the definition that the rows are of
 * @param withheld why reads are refused; empty where the rows are served
 * @param newestMicros newest applied event time
 * @param positions the next offset of each partition
 */
record ViewRecord(
        int number,
        String fingerprint,
        String withheld,
        OptionalLong newestMicros,
        Map<SourcePartition, Long> positions) {
    ViewRecord {
        positions = Map.copyOf(positions);
    }

    static ViewRecord empty(int number, String fingerprint) {
        return new ViewRecord(number, fingerprint, "", OptionalLong.empty(), Map.of());
    }

    /** A record without rows, whose view is not served. */
    static ViewRecord withheld(int number, String why) {
        return new ViewRecord(number, "", why, OptionalLong.empty(), Map.of());
    }

    /** This view after events up to this time, at these positions; a position never moves back. */
    ViewRecord advanced(long newest, Map<SourcePartition, Long> next) {
        Map<SourcePartition, Long> moved = new HashMap<>(positions);
        next.forEach((partition, offset) -> moved.merge(partition, offset, Math::max));
        return new ViewRecord(
                number,
                fingerprint,
                withheld,
                newest == Long.MIN_VALUE ? newestMicros : OptionalLong.of(newest),
                moved);
    }

    /** Whether everything that the other has applied is applied here. */
    boolean reaches(ViewRecord other) {
        return other.positions.entrySet().stream()
                .allMatch(at -> positions.getOrDefault(at.getKey(), -1L) >= at.getValue());
    }

    byte[] toBytes() {
        var out = new ByteWriter();
        out.int32(number);
        out.text(fingerprint);
        out.text(withheld);
        out.octet(newestMicros.isPresent() ? 1 : 0);
        if (newestMicros.isPresent()) {
            out.signed(newestMicros.getAsLong());
        }
        out.unsigned(positions.size());
        positions.forEach((partition, offset) -> {
            out.text(partition.topic());
            out.text(partition.topicId());
            out.unsigned(partition.partition());
            out.unsigned(offset);
        });
        return out.toBytes();
    }

    static ViewRecord read(byte[] bytes) {
        var in = new ByteReader(bytes);
        int number = in.int32();
        String fingerprint = in.text();
        String withheld = in.text();
        OptionalLong newest = in.octet() == 0 ? OptionalLong.empty() : OptionalLong.of(in.signed());
        Map<SourcePartition, Long> positions = new HashMap<>();
        int size = in.size();
        for (int i = 0; i < size; i++) {
            var partition = new SourcePartition(in.text(), in.text(), (int) in.unsigned());
            positions.put(partition, in.unsigned());
        }
        return new ViewRecord(number, fingerprint, withheld, newest, positions);
    }
}
