package io.millrace.benchmarks.features;

import io.millrace.benchmarks.load.Figure;
import io.millrace.benchmarks.load.Figure.Goal;
import io.millrace.benchmarks.load.Rounds;
import io.millrace.benchmarks.load.Table;
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
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How a read of the embedded store grows with the entities and with the windows; no cache of rows, no server around it. */
@Command(
        name = "scale",
        description =
                "a read of the embedded store, without its cache of rows, from 10^4 to 10^7 entities and from 1-minute"
                        + " to 90-day windows")
public final class ScaleCommand implements Callable<Integer> {
    private static final Goal TWICE = Goal.atMost(2);
    private static final long MINUTE = 60_000_000L;
    private static final int FEW = 10_000;
    private static final int FIELDS = 2;

    @Option(names = "--most", defaultValue = "10000000", description = "the most entities (default ${DEFAULT-VALUE})")
    private int most;

    @Option(names = "--reads", defaultValue = "20000", description = "reads of a round (default ${DEFAULT-VALUE})")
    private int reads;

    @Option(names = "--rounds", defaultValue = "3", description = "paired rounds (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--block-cache", defaultValue = "268435456", description = "bytes (default ${DEFAULT-VALUE})")
    private long blockCache;

    @Override
    public Integer call() throws IOException {
        var figures = new ArrayList<Figure>();
        Path folder = Files.createTempDirectory("millrace-scale");
        var settings = new RocksDbSettings(blockCache, 64L << 20, 1_024);
        try (var store = new RocksDbOnlineStore(
                folder.resolve("store"), settings, Duration.ofSeconds(1), InstantSource.system())) {
            entities(store, folder, figures);
            windows(store, figures);
        } finally {
            Bench.delete(folder);
        }
        System.out.print(Table.of(figures));
        return figures.stream().allMatch(Figure::isMet) ? 0 : 1;
    }

    private void entities(RocksDbOnlineStore store, Path folder, List<Figure> figures) {
        FeatureView few = StoreFill.plain("few", FIELDS);
        StoreFill.fill(store, few, FEW, 1, MINUTE);
        for (int entities = FEW * 10; entities <= most; entities *= 10) {
            FeatureView many = StoreFill.plain("many_" + entities, FIELDS);
            long before = Bench.bytes(folder);
            long begin = System.nanoTime();
            int count = entities;
            StoreFill.fill(store, many, count, 1, MINUTE);
            System.out.printf("%,d entities written in %.1f s%n", count, (System.nanoTime() - begin) / 1e9);
            figures.add(Rounds.paired(
                    String.format("read of 1 of %,d entities beside one of 10,000", count),
                    "us p50",
                    rounds,
                    TWICE,
                    () -> StoreFill.medianMicros(store, many, 1, count, reads),
                    () -> StoreFill.medianMicros(store, few, 1, FEW, reads)));
            figures.add(Figure.alone(
                    String.format("bytes on disk at %,d entities", count),
                    "B/(entity x feature)",
                    List.of((Bench.bytes(folder) - before) / (double) count / FIELDS)));
        }
    }

    private void windows(RocksDbOnlineStore store, List<Figure> figures) {
        List<String> lengths = List.of("1m", "1h", "24h", "7d", "30d", "90d");
        List<Long> minutes = List.of(1L, 60L, 1_440L, 10_080L, 43_200L, 129_600L);
        var views = new ArrayList<FeatureView>();
        for (int i = 0; i < lengths.size(); i++) {
            FeatureView view = StoreFill.view(
                    "window_" + lengths.get(i),
                    1,
                    List.of("name: mean, type: double, aggregate: mean, field: f0, window: " + lengths.get(i)));
            StoreFill.fill(store, view, 1_000, 200, minutes.get(i) * MINUTE);
            views.add(view);
        }
        for (int i = 1; i < views.size(); i++) {
            FeatureView view = views.get(i);
            figures.add(Rounds.paired(
                    "read of a mean over " + lengths.get(i) + ", 200 events, beside 1m",
                    "us p50",
                    rounds,
                    TWICE,
                    () -> StoreFill.medianMicros(store, view, 1, 1_000, reads),
                    () -> StoreFill.medianMicros(store, views.getFirst(), 1, 1_000, reads)));
        }
    }
}
