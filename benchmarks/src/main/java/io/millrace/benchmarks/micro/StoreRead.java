package io.millrace.benchmarks.micro;

import io.millrace.backing.BackingException;
import io.millrace.benchmarks.features.StoreFill;
import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.store.RocksDbOnlineStore;
import io.millrace.features.store.RocksDbSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A read of the embedded store without its cache of rows; with {@code -prof gc} what it allocates. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx1g", "-XX:+UseSerialGC"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class StoreRead {
    private static final int ENTITIES = 10_000;
    private static final long DAY = 86_400_000_000L;
    private static final int QUERIES = 256;

    /** Fifty plain features, or means, minima and maxima of ten fields over an hour and a day. */
    @Param({"plain", "windowed"})
    public String shape = "";

    @Param({"1", "100"})
    public int rows;

    private @Nullable Path folder;
    private @Nullable RocksDbOnlineStore store;
    private List<ViewQuery> queries = List.of();
    private int next;

    /** Fills a store of its own. */
    @Setup
    public void fill() throws IOException {
        Path made = Files.createTempDirectory("millrace-jmh");
        folder = made;
        var opened = new RocksDbOnlineStore(
                made.resolve("store"), RocksDbSettings.DEFAULT, Duration.ofSeconds(1), InstantSource.system());
        store = opened;
        boolean plain = shape.equals("plain");
        FeatureView view = plain ? StoreFill.plain("plain", 50) : windowed();
        StoreFill.fill(opened, view, ENTITIES, plain ? 1 : 20, DAY);
        var random = new Random(3);
        queries = IntStream.range(0, QUERIES)
                .mapToObj(_ -> StoreFill.query(view, rows, ENTITIES, random))
                .toList();
    }

    private static FeatureView windowed() {
        var features = new ArrayList<String>();
        for (int field = 0; field < 10; field++) {
            for (String of : List.of(
                    "mean, window: 1h",
                    "mean, window: 24h",
                    "min, window: 1h",
                    "max, window: 24h",
                    "sum, window: 1h")) {
                String name = of.replaceAll("[^a-z0-9]+", "_") + "_" + field;
                features.add("name: " + name + ", type: double, field: f" + field + ", aggregate: " + of);
            }
        }
        return StoreFill.view("windowed", 10, features);
    }

    /** Deletes the store. */
    @TearDown
    public void delete() {
        RocksDbOnlineStore opened = store;
        if (opened != null) {
            opened.close();
        }
        Path made = folder;
        if (made != null) {
            StoreFill.delete(made);
        }
    }

    /** One read. */
    @Benchmark
    public List<ViewRows> read() {
        RocksDbOnlineStore opened = store;
        if (opened == null) {
            throw new BackingException("not set up");
        }
        next = (next + 1) % QUERIES;
        return opened.read(List.of(queries.get(next)));
    }
}
