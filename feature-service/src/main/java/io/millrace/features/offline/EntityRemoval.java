package io.millrace.features.offline;

import io.millrace.features.app.deletion.OfflineRemoval;
import io.millrace.features.app.offline.OfflineFile;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the files that have rows of an entity anew without them, until none has. */
final class EntityRemoval implements OfflineRemoval {
    private final ParquetOfflineStore store;
    private final OfflineFolder folder;
    private final ParquetFiles parquet;
    private final Compaction compaction;

    EntityRemoval(ParquetOfflineStore store, OfflineFolder folder, ParquetFiles parquet, Compaction compaction) {
        this.store = store;
        this.folder = folder;
        this.parquet = parquet;
        this.compaction = compaction;
    }

    @Override
    public long remove(FeatureView view, EntityKey key, Map<SourcePartition, Long> below) {
        if (below.isEmpty()) {
            return 0;
        }
        String match = condition(view, key, below);
        try {
            long removed = 0;
            boolean again = true;
            while (again) {
                again = false;
                for (OfflineFile file : store.manifests().read(view.id()).files()) {
                    long rows = rows(view, file, match);
                    if (rows > 0 && compaction.rewrite(view, file.day(), List.of(file), "NOT (" + match + ")")) {
                        removed += rows;
                    } else if (rows != 0) {
                        again = true;
                    }
                }
            }
            return removed;
        } catch (IOException e) {
            throw new OfflineStoreException(
                    "not all rows were deleted from the files of " + view.id() + ": " + e.getMessage(), e);
        }
    }

    /** How many such rows a file has; -1 where it was replaced meanwhile. */
    private long rows(FeatureView view, OfflineFile file, String match) throws IOException {
        String name = Manifests.folder(view.id()) + file.path();
        try {
            Path path = folder.fetch(name, file.bytes(), file.sha256());
            try {
                return parquet.count(view, List.of(path), match);
            } finally {
                folder.release(name);
            }
        } catch (NoSuchFileException e) {
            return -1;
        }
    }

    private static String condition(FeatureView view, EntityKey key, Map<SourcePartition, Long> below) {
        var terms = new ArrayList<String>();
        for (int i = 0; i < view.joinKeys().size(); i++) {
            terms.add(DuckDb.identifier("k_" + view.joinKeys().get(i).name()) + " = "
                    + literal(key.values().get(i)));
        }
        terms.add(below.entrySet().stream()
                .map(each -> "(topic_id = " + DuckDb.literal(each.getKey().topicId()) + " AND partition = "
                        + each.getKey().partition() + " AND \"offset\" < " + each.getValue() + ")")
                .collect(Collectors.joining(" OR ", "(", ")")));
        return String.join(" AND ", terms);
    }

    private static String literal(FeatureValue value) {
        if (value instanceof FeatureValue.Bool(boolean bool)) {
            return Boolean.toString(bool);
        }
        if (value instanceof FeatureValue.Int(long whole)) {
            return "CAST('" + whole + "' AS BIGINT)";
        }
        if (value instanceof FeatureValue.Time(long micros)) {
            return "CAST('" + micros + "' AS BIGINT)";
        }
        if (value instanceof FeatureValue.Text(String text)) {
            return DuckDb.literal(text);
        }
        if (value instanceof FeatureValue.Bytes(byte[] bytes)) {
            return "unhex('" + HexFormat.of().formatHex(bytes) + "')";
        }
        throw new IllegalArgumentException(
                "a join key is no " + value.getClass().getSimpleName());
    }
}
