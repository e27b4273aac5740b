package io.millrace.features.kafka;

import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.projection.EventProjector;
import io.millrace.features.kernel.projection.Projection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one view in the service's own log. A row whose push id and number stood in the same partition less than {@code memory} records
 * before counts as the same row: that is decided by the log alone, so it is decided the same way after every restart.
 */
final class PushRecords implements RecordReader {
    static final String VIEW = "millrace.view";
    static final String PUSH_ID = "millrace.push-id";
    static final String ROW = "millrace.push-row";

    /** {@code online} or {@code offline} where a row goes to one store alone; absent where it goes to both. */
    static final String TO = "millrace.to";

    private final FeatureView view;
    private final EventProjector projector;
    private final int memory;
    private final String elsewhere;
    private final Map<Integer, LinkedHashMap<String, Long>> seen = new HashMap<>();

    /** Why a row of our own log cannot be used. */
    enum Refused {
        NOT_A_PUSHED_ROW
    }

    /** The rows as the online store takes them. */
    PushRecords(FeatureView view, int memory) {
        this(view, memory, PushTarget.ONLINE);
    }

    /**
     * @param into the store that the rows are read for, {@code ONLINE} or {@code OFFLINE}
     */
    PushRecords(FeatureView view, int memory, PushTarget into) {
        this.view = view;
        this.projector = EventProjector.of(view);
        this.memory = memory;
        this.elsewhere = into.isOnline() ? "offline" : "online";
    }

    @Override
    public long resume(SourcePartition source, long position, long beginning, String note) {
        return Math.min(position, Math.max(beginning, position - memory));
    }

    @Override
    public void remember(ConsumerRecord<byte[], byte[]> record, SourcePartition source) {
        if (isOurs(record)) {
            isRepeated(record);
        }
    }

    @Override
    public Read read(ConsumerRecord<byte[], byte[]> record, SourcePartition source) {
        if (!isOurs(record) || isRepeated(record)) {
            return new Read.Nothing();
        }
        try {
            var position = new Position(source, record.offset());
            return switch (PushedRows.read(view, projector, record.value(), position)) {
                case Projection.Event(FeatureEvent event) ->
                    elsewhere.equals(text(record, TO)) ? new Read.Elsewhere(event) : new Read.Event(event);
                case Projection.Skipped _ -> new Read.Nothing();
                case Projection.Undecodable(var reason, String detail) -> new Read.Dead(reason, detail);
            };
        } catch (IOException | NumberFormatException e) {
            return new Read.Dead(Refused.NOT_A_PUSHED_ROW, "the record is no pushed row of this view");
        }
    }

    private boolean isOurs(ConsumerRecord<byte[], byte[]> record) {
        return view.id().toString().equals(text(record, VIEW));
    }

    /** Whether the row was there before. A repetition counts as there, too: who begins to read in the middle may have seen nothing else of the row. */
    private boolean isRepeated(ConsumerRecord<byte[], byte[]> record) {
        String pushId = text(record, PUSH_ID);
        if (pushId == null || memory == 0) {
            return false;
        }
        LinkedHashMap<String, Long> ofPartition = seen.computeIfAbsent(record.partition(), _ -> new LinkedHashMap<>());
        Iterator<Long> oldest = ofPartition.values().iterator();
        while (oldest.hasNext() && oldest.next() < record.offset() - memory) {
            oldest.remove();
        }
        String row = text(record, ROW) + "/" + pushId;
        boolean repeated = ofPartition.remove(row) != null;
        ofPartition.put(row, record.offset());
        return repeated;
    }

    private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String header) {
        Header last = record.headers().lastHeader(header);
        return last == null || last.value() == null ? null : new String(last.value(), StandardCharsets.UTF_8);
    }
}
