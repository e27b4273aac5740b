package io.millrace.features.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.VectorIndex.Found;
import io.millrace.features.app.VectorIndex.Neighbour;
import io.millrace.features.app.VectorIndex.Search;
import io.millrace.features.domain.VectorFilter;
import io.millrace.features.domain.VectorFilter.Bound;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.VectorMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.index.CorruptIndexException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorFolderTest {
    private static final int DIMENSION = 32;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void nineteenOfTwentyTrueNeighboursAreFound(VectorMetric metric) throws IOException {
        var mixture = new Mixture(DIMENSION, 200, 0.5, 7);
        try (var folder = folder(metric)) {
            fill(folder, 10_000, mixture);
            int found = 0;
            for (int i = 0; i < 50; i++) {
                Search search = VectorRows.nearest(mixture.next(), 10, null);
                Set<Integer> same = items(folder.search(search));
                same.retainAll(items(folder.search(VectorRows.exact(search))));
                found += same.size();
            }
            assertThat(found / 500.0).isGreaterThanOrEqualTo(0.95);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theExactSearchAgreesWithPlainLoops(VectorMetric metric) throws IOException {
        var mixture = new Mixture(DIMENSION, 20, 0.5, 3);
        try (var folder = folder(metric)) {
            List<float[]> vectors = fill(folder, 500, mixture);
            float[] query = mixture.next();
            List<Neighbour> found = folder.search(VectorRows.exact(VectorRows.nearest(query, 7, null)))
                    .neighbours();
            List<Double> expected = vectors.stream()
                    .map(vector -> metric.distance(query, vector))
                    .sorted()
                    .limit(7)
                    .toList();
            assertThat(found).extracting(Neighbour::distance).isEqualTo(expected);
        }
    }

    @Test
    void filtersKeepWhatMeetsThemAlone() throws IOException {
        var mixture = new Mixture(DIMENSION, 20, 0.5, 5);
        VectorFilter red = new VectorFilter.Equal("colour", new FeatureValue.Text("c3"));
        VectorFilter cheap = new VectorFilter.Between(
                "price", Optional.empty(), Optional.of(new Bound(new FeatureValue.Real(400), false)));
        VectorFilter few =
                new VectorFilter.OneOf("colour", List.of(new FeatureValue.Text("c1"), new FeatureValue.Text("c2")));
        Map<VectorFilter, java.util.function.IntPredicate> filters = Map.of(
                red,
                item -> item % 10 == 3,
                cheap,
                item -> item < 400,
                few,
                item -> item % 10 == 1 || item % 10 == 2,
                new VectorFilter.All(List.of(red, cheap)),
                item -> item % 10 == 3 && item < 400,
                new VectorFilter.Any(List.of(red, cheap)),
                item -> item % 10 == 3 || item < 400,
                new VectorFilter.Not(red),
                item -> item % 10 != 3,
                new VectorFilter.Any(List.of()),
                _ -> false);
        try (var folder = folder(VectorMetric.L2)) {
            List<float[]> vectors = fill(folder, 1_000, mixture);
            float[] query = mixture.next();
            filters.forEach((filter, meant) -> {
                Set<Integer> expected = java.util.stream.IntStream.range(0, vectors.size())
                        .filter(meant)
                        .boxed()
                        .sorted(java.util.Comparator.comparingDouble(
                                item -> VectorMetric.L2.distance(query, vectors.get(item))))
                        .limit(10)
                        .collect(Collectors.toSet());
                Search search = VectorRows.nearest(query, 10, filter);
                assertThat(items(searched(folder, VectorRows.exact(search))))
                        .as("exact, %s", filter)
                        .isEqualTo(expected);
                Set<Integer> near = items(searched(folder, search));
                assertThat(near).allMatch(meant::test);
                assertThat(near).as("%s", filter).hasSameSizeAs(expected);
            });
        }
    }

    @Test
    void theNewestEventOfAnEntityCountsWhateverTheOrder() throws IOException {
        float[] old = unit(0);
        float[] now = unit(1);
        try (var folder = folder(VectorMetric.COSINE)) {
            apply(folder, VectorRows.row(1, 20, 0, now, null, 0));
            apply(folder, VectorRows.row(1, 10, 1, old, null, 0));
            Neighbour found =
                    folder.search(VectorRows.nearest(now, 5, null)).neighbours().getFirst();
            assertThat(found.distance()).isZero();
            assertThat(found.eventTimeMicros()).isEqualTo(20);
            apply(folder, VectorRows.row(1, 30, 2, old, null, 0));
            assertThat(folder.search(VectorRows.nearest(old, 5, null)).neighbours())
                    .singleElement()
                    .extracting(Neighbour::distance)
                    .isEqualTo(0.0);
        }
    }

    @Test
    void anEntityIsFoundOnceWhileItIsWrittenAgainAndAgain() throws IOException {
        var mixture = new Mixture(DIMENSION, 20, 0.5, 11);
        var going = new AtomicBoolean(true);
        try (var folder = folder(VectorMetric.L2)) {
            fill(folder, 300, mixture);
            float[] query = mixture.next();
            CompletableFuture<Integer> searching = CompletableFuture.supplyAsync(() -> {
                int searches = 0;
                while (going.get() || searches == 0) {
                    List<Neighbour> found = searched(folder, VectorRows.exact(VectorRows.nearest(query, 300, null)))
                            .neighbours();
                    assertThat(found).hasSize(300);
                    assertThat(found.stream().map(Neighbour::key).distinct().count())
                            .isEqualTo(300);
                    searches++;
                }
                return searches;
            });
            for (int round = 1; round <= 20; round++) {
                var events = new ArrayList<FeatureEvent>();
                for (int item = 0; item < 300; item++) {
                    events.add(VectorRows.row(
                            item, round * 1_000L + item, round * 300L + item, mixture.next(), "c", item));
                }
                folder.apply(VectorRows.batch(events, (round + 1) * 300L), Map.of());
                folder.look();
            }
            going.set(false);
            assertThat(searching.join()).isPositive();
        }
    }

    @Test
    void whatWasNotCommittedIsAskedForAgain() throws IOException {
        var settings = new VectorFolder.VectorSettings(16, java.time.Duration.ZERO, java.time.Duration.ofDays(1));
        Path crashed = directory.resolve("crashed");
        Files.createDirectories(crashed);
        var mixture = new Mixture(DIMENSION, 20, 0.5, 13);
        var view = VectorRows.view(DIMENSION, VectorMetric.L2);
        try (var folder = new VectorFolder(view, directory.resolve("live"), settings)) {
            fill(folder, 100, mixture);
            folder.settle(0);
            copy(directory.resolve("live"), crashed);
        }
        try (var again = new VectorFolder(view, crashed, settings)) {
            assertThat(again.durable()).isEmpty();
            assertThat(again.search(VectorRows.nearest(unit(0), 1, null)).neighbours())
                    .isEmpty();
        }
        try (var closed = new VectorFolder(view, directory.resolve("live"), settings)) {
            assertThat(closed.durable()).containsEntry(VectorRows.P0, 100L);
            assertThat(closed.search(VectorRows.nearest(unit(0), 100, null)).neighbours())
                    .hasSize(100);
        }
    }

    @Test
    void eventsBelowThePositionsChangeNothing() throws IOException {
        try (var folder = folder(VectorMetric.L2)) {
            apply(folder, VectorRows.row(1, 10, 5, unit(1), "red", 0));
            apply(folder, VectorRows.row(1, 20, 4, unit(2), "blue", 0));
            assertThat(folder.search(VectorRows.nearest(unit(1), 1, null))
                            .neighbours()
                            .getFirst()
                            .eventTimeMicros())
                    .isEqualTo(10);
        }
    }

    @Test
    void entitiesBeyondTheirTimeToLiveAreNotFound() throws IOException {
        try (var folder = folder(VectorMetric.L2)) {
            long now = VectorRows.HOUR;
            apply(folder, VectorRows.row(1, now - VectorRows.TTL, 0, unit(1), null, 0));
            apply(folder, VectorRows.row(2, now - VectorRows.TTL - 1, 1, unit(1), null, 0));
            assertThat(items(folder.search(VectorRows.nearest(unit(1), 5, null))))
                    .containsExactly(1);
        }
    }

    @Test
    void removedEntitiesAreGoneAtOnce() throws IOException {
        try (var folder = folder(VectorMetric.L2)) {
            apply(folder, VectorRows.row(1, 10, 0, unit(1), null, 0));
            folder.remove(List.of(VectorRows.key(1)));
            assertThat(folder.search(VectorRows.nearest(unit(1), 5, null)).neighbours())
                    .isEmpty();
        }
    }

    @Test
    void vectorsWithoutALengthHaveNoCosine() throws IOException {
        try (var folder = folder(VectorMetric.COSINE)) {
            apply(folder, VectorRows.row(1, 10, 0, new float[DIMENSION], null, 0));
            apply(folder, VectorRows.row(2, 10, 1, unit(3), null, 0));
            assertThat(items(folder.search(VectorRows.nearest(unit(3), 5, null))))
                    .containsExactly(2);
        }
    }

    @Test
    void anotherDefinitionBeginsAnew() throws IOException {
        try (var folder = folder(VectorMetric.L2)) {
            apply(folder, VectorRows.row(1, 10, 0, unit(1), null, 0));
        }
        try (var folder = folder(VectorMetric.COSINE)) {
            assertThat(folder.durable()).isEmpty();
        }
    }

    @Test
    void aDamagedFileIsNoticedAtTheStart() throws IOException {
        try (var folder = folder(VectorMetric.L2)) {
            fill(folder, 200, new Mixture(DIMENSION, 20, 0.5, 17));
        }
        Path data;
        try (Stream<Path> files = Files.list(directory)) {
            data = files.filter(file ->
                            file.toString().endsWith(".vec") || file.toString().endsWith(".cfs"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(data);
        bytes[bytes.length / 2] ^= 1;
        Files.write(data, bytes);
        assertThatThrownBy(() -> folder(VectorMetric.L2)).isInstanceOf(CorruptIndexException.class);
    }

    @Test
    void vectorsOfFourThousandDimensionsAreTaken() throws IOException {
        var random = new Random(1);
        float[] wide = new float[WideVectors.MAX_DIMENSIONS];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = random.nextFloat();
        }
        var view = VectorRows.view(wide.length, VectorMetric.COSINE);
        try (var folder = new VectorFolder(view, directory, VectorRows.SETTINGS)) {
            apply(folder, VectorRows.row(1, 10, 0, wide, null, 0));
        }
        try (var folder = new VectorFolder(view, directory, VectorRows.SETTINGS)) {
            assertThat(folder.search(VectorRows.nearest(wide, 1, null)).neighbours())
                    .hasSize(1);
        }
    }

    private VectorFolder folder(VectorMetric metric) throws IOException {
        return new VectorFolder(VectorRows.view(DIMENSION, metric), directory, VectorRows.SETTINGS);
    }

    private static List<float[]> fill(VectorFolder folder, int items, Mixture mixture) throws IOException {
        var vectors = new ArrayList<float[]>();
        var events = new ArrayList<FeatureEvent>();
        for (int item = 0; item < items; item++) {
            vectors.add(mixture.next());
            events.add(VectorRows.row(item, item, item, vectors.getLast(), "c" + item % 10, item));
        }
        folder.apply(VectorRows.batch(events, items), Map.of());
        folder.look();
        return vectors;
    }

    private static void apply(VectorFolder folder, FeatureEvent event) throws IOException {
        folder.apply(VectorRows.batch(List.of(event), event.position().offset() + 1), Map.of());
        folder.look();
    }

    private static Found searched(VectorFolder folder, Search search) {
        try {
            return folder.search(search);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Set<Integer> items(Found found) {
        return found.neighbours().stream()
                .map(neighbour -> VectorRows.item(neighbour.key()))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static float[] unit(int axis) {
        float[] vector = new float[DIMENSION];
        vector[axis] = 1;
        return vector;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                if (!file.endsWith("write.lock")) {
                    Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }
}
