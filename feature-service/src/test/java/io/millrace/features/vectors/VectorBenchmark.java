package io.millrace.features.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.VectorIndex.Found;
import io.millrace.features.app.VectorIndex.Search;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.VectorMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recall, latency and growth of the vector index beside an exact search of the same index. No part of the tests:
 * {@code mvn -Dquick -pl feature-service -am test -Dtest=VectorBenchmark -Dsurefire.failIfNoSpecifiedTests=false -Dvectors=1000000 -Ddimension=128}.
 */
class VectorBenchmark {
    private static final int VECTORS = Integer.getInteger("vectors", 100_000);
    private static final int DIMENSION = Integer.getInteger("dimension", 128);
    private static final int QUERIES = 200;
    private static final int BATCH = 1_000;

    @TempDir
    Path directory;

    @Test
    void printsRecallAndLatencies() throws IOException {
        var mixture = new Mixture(DIMENSION, 1_000, 0.5, 1);
        var queries = new Mixture(DIMENSION, 1_000, 0.5, 1);
        System.out.printf(
                "%d clusters of spread 0.5, dimension %d, L2, %d queries, 10 nearest of 100 candidates%n",
                1_000, DIMENSION, QUERIES);
        System.out.printf(
                "%10s %10s %8s %10s %10s %12s %10s %10s%n",
                "vectors", "rows/s", "recall", "p50 us", "p99 us", "exact p50 us", "MiB", "heap MiB");
        var view = VectorRows.view(DIMENSION, VectorMetric.L2);
        var settings =
                new VectorFolder.VectorSettings(64, java.time.Duration.ofSeconds(5), java.time.Duration.ofSeconds(30));
        try (var folder = new VectorFolder(view, directory, settings)) {
            long begin = System.nanoTime();
            int next = Math.min(10_000, VECTORS);
            long paused = 0;
            for (int done = 0; done < VECTORS; done += BATCH) {
                List<FeatureEvent> events = new ArrayList<>();
                for (int i = done; i < done + BATCH; i++) {
                    events.add(VectorRows.row(i, i, i, mixture.next(), "c" + i % 10, i));
                }
                folder.apply(VectorRows.batch(events, done + BATCH), Map.of());
                folder.settle(VectorRows.HOUR);
                if (done + BATCH == next) {
                    long stop = System.nanoTime();
                    double rate = (done + BATCH) / ((stop - begin - paused) / 1e9);
                    report(folder, queries, done + BATCH, rate);
                    paused += System.nanoTime() - stop;
                    next = Math.min(next * 10, VECTORS);
                }
            }
        }
    }

    private void report(VectorFolder folder, Mixture queries, int vectors, double rate) throws IOException {
        folder.look();
        double found = 0;
        long[] near = new long[QUERIES];
        long[] exact = new long[QUERIES];
        for (int i = 0; i < 3 * QUERIES; i++) {
            folder.search(VectorRows.nearest(queries.next(), 10, null));
        }
        for (int i = 0; i < QUERIES; i++) {
            Search search = VectorRows.nearest(queries.next(), 10, null);
            long start = System.nanoTime();
            Found approximate = folder.search(search);
            near[i] = System.nanoTime() - start;
            start = System.nanoTime();
            Found all = folder.search(VectorRows.exact(search));
            exact[i] = System.nanoTime() - start;
            Set<Integer> same = new HashSet<>(items(approximate));
            same.retainAll(items(all));
            assertThat(all.neighbours()).hasSize(10);
            found += same.size() / 10.0;
        }
        Arrays.sort(near);
        Arrays.sort(exact);
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        System.out.printf(
                "%10d %10.0f %8.4f %10.1f %10.1f %12.1f %10d %10d%n",
                vectors,
                rate,
                found / QUERIES,
                near[QUERIES / 2] / 1e3,
                near[QUERIES * 99 / 100] / 1e3,
                exact[QUERIES / 2] / 1e3,
                bytes() >> 20,
                (runtime.totalMemory() - runtime.freeMemory()) >> 20);
    }

    private static Set<Integer> items(Found found) {
        return found.neighbours().stream()
                .map(neighbour -> VectorRows.item(neighbour.key()))
                .collect(Collectors.toSet());
    }

    private long bytes() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
