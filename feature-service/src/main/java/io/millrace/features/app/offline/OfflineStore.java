package io.millrace.features.app.offline;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Everything that came in, kept for training: the events of each view version in Parquet files, one or several for each day of the event time (UTC). A change is one new
 * manifest, which names the files and the positions that they reach to; so each event is there once, whatever dies.
 *
 * <p>Columns of a file: {@code k_<join key>} and {@code f_<event field>} in their types (bool BOOLEAN, int64 BIGINT, double DOUBLE, string VARCHAR, bytes BLOB, timestamp BIGINT
 * microseconds, lists, maps and vectors BLOB as the kernel encodes them), {@code event_time} BIGINT microseconds, {@code created} BIGINT microseconds or null, {@code topic_id} VARCHAR, {@code partition}
 * INTEGER, {@code offset} BIGINT, {@code arrived} BIGINT microseconds (the record's Kafka timestamp), {@code late} BOOLEAN (left out online). Rows of a file are sorted by the join
 * keys, then by the order of events.
 *
 * <p>Thread-safe. Every method throws {@link OfflineStoreException} where the folder cannot be read or written.
 */
public interface OfflineStore {
    /** What is there now. The files of it stay until it is closed; a snapshot of a view that is not there is empty. */
    OfflineSnapshot snapshot(ViewId view);

    /** How far each source partition is in the files. */
    Map<SourcePartition, Reached> reached(ViewId view);

    /**
     * Adds rows and moves positions, atomically and on disk when this returns.
     *
     * @throws OfflineConflictException where a partition does not stand where the batch begins: somebody else wrote; nothing was changed
     */
    void append(FeatureView view, OfflineBatch batch);

    /**
     * Hands over every row of some files, file by file.
     *
     * @param files of {@link OfflineSnapshot#paths}
     */
    void read(FeatureView view, OfflineSnapshot snapshot, List<Path> files, Consumer<OfflineRow> rows);

    /** Deletes all of a view version. Snapshots that are open lose their files. */
    void drop(ViewId view);

    /**
     * How far a partition is in the files.
     *
     * @param next offset of the next record
     * @param newestMicros largest event time at smaller offsets, microseconds since the epoch; {@link Long#MIN_VALUE} where there was none
     */
    record Reached(long next, long newestMicros) {}
}
