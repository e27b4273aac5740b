package io.millrace.benchmarks.features;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.definition.FeatureViewReader;
import io.millrace.features.kernel.table.FeatureTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Views in a store of this process, filled and read without a server around them. */
public final class StoreFill {
    /** 2026-01-01T00:00:00Z; no window of a benchmark has its tail near it. */
    public static final long NOW = 1_767_225_600_000_000L + 1_234_567L;

    private static final SourcePartition SOURCE = new SourcePartition("bench", "id", 0);
    private static final int BATCH = 10_000;

    private StoreFill() {}

    /**
     * A view of doubles; its fields are f0 to f{@code fields - 1}.
     *
     * @param features what stands between the braces of each feature
     */
    public static FeatureView view(String name, int fields, List<String> features) {
        List<String> types =
                IntStream.range(0, fields).mapToObj(i -> "f" + i + ": double").toList();
        return new FeatureViewReader()
                .read(List.of(new DefinitionFile("bench.yaml", BenchView.yaml(name, "bench", types, features))))
                .getFirst();
    }

    /** Plain features of all fields. */
    public static FeatureView plain(String name, int fields) {
        return view(
                name,
                fields,
                IntStream.range(0, fields)
                        .mapToObj(i -> "name: f" + i + ", type: double")
                        .toList());
    }

    /** {@code each} events of every entity, evenly over {@code spanMicros} up to {@link #NOW}. */
    public static void fill(OnlineStore store, FeatureView view, int entities, int each, long spanMicros) {
        var random = new Random(5);
        var batch = new ArrayList<FeatureEvent>(BATCH);
        long offset = 0;
        for (int turn = 0; turn < each; turn++) {
            long at = NOW - spanMicros * (each - 1 - turn) / each;
            for (int entity = 0; entity < entities; entity++) {
                var fields = new ArrayList<@Nullable FeatureValue>();
                view.fields().forEach(_ -> fields.add(new FeatureValue.Real(random.nextInt(100_000) / 100.0)));
                batch.add(new FeatureEvent(key(entity), at, new Position(SOURCE, offset++), fields));
                if (batch.size() == BATCH) {
                    store.apply(view, new Batch(batch, Map.of(SOURCE, offset)));
                    batch.clear();
                }
            }
        }
        store.apply(view, new Batch(batch, Map.of(SOURCE, offset)));
    }

    /** A read of all features of so many random entities. */
    public static ViewQuery query(FeatureView view, int rows, int entities, Random random) {
        var keys = new ArrayList<@Nullable EntityKey>();
        for (int i = 0; i < rows; i++) {
            keys.add(key(random.nextInt(entities)));
        }
        long[] instants = new long[rows];
        Arrays.fill(instants, NOW + 1);
        return new ViewQuery(view, IntStream.range(0, view.features().size()).toArray(), keys, instants);
    }

    /** Microseconds of a read's median, one thread, random entities. */
    public static double medianMicros(OnlineStore store, FeatureView view, int rows, int entities, int reads) {
        var random = new Random(9);
        var nanos = new Histogram(3);
        for (int i = -reads / 4; i < reads; i++) {
            ViewQuery query = query(view, rows, entities, random);
            long begin = System.nanoTime();
            FeatureTable table = store.read(List.of(query)).getFirst().table();
            long took = System.nanoTime() - begin;
            if (table.state(rows - 1) != FeatureTable.State.FRESH) {
                throw new IllegalStateException("a row is not there");
            }
            if (i >= 0) {
                nanos.recordValue(took);
            }
        }
        return nanos.getValueAtPercentile(50) / 1e3;
    }

    /** Deletes a folder with all that is in it. */
    public static void delete(Path folder) {
        Bench.delete(folder);
    }

    private static EntityKey key(int entity) {
        return new EntityKey(List.of(new FeatureValue.Int(entity)));
    }
}
