package io.millrace.features.kernel.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LevelsTest {
    private static final Duration S5 = Duration.ofSeconds(5);
    private static final Duration M5 = Duration.ofMinutes(5);
    private static final Duration H = Duration.ofHours(1);
    private static final Duration D = Duration.ofDays(1);
    private static final Duration D8 = Duration.ofDays(8);

    private static Window window(Duration length, Duration hop) {
        return Window.of(length, hop);
    }

    private static List<Duration> sizes(Window... windows) {
        return Levels.of(Arrays.asList(windows)).micros().stream()
                .map(micros -> Duration.ofNanos(micros * 1_000))
                .toList();
    }

    @Test
    void levelsAreTheHopsAndWhatFillsTheGapsBetweenThem() {
        assertThat(sizes(window(H, M5))).containsExactly(M5);
        assertThat(sizes(window(Duration.ofMinutes(1), S5))).containsExactly(S5);
        assertThat(sizes(window(D, H))).containsExactly(M5, H);
        assertThat(sizes(window(Duration.ofDays(90), D))).containsExactly(M5, H, D, D8);
        assertThat(sizes(window(Duration.ofDays(30), D))).containsExactly(M5, H, D);
        assertThat(sizes(window(Duration.ofDays(7), H))).containsExactly(M5, H, D);
        assertThat(sizes(window(Duration.ofHours(6), M5))).containsExactly(M5, H);
        assertThat(sizes(window(Duration.ofHours(5), M5))).containsExactly(M5);
        assertThat(sizes(window(Duration.ofMinutes(1), S5), window(Duration.ofDays(90), D)))
                .containsExactly(S5, M5, H, D, D8);
        assertThat(sizes(window(Duration.ofDays(90), S5))).containsExactly(S5, M5, H, D, D8);
        assertThat(sizes(window(Duration.ofMinutes(84), Duration.ofMinutes(7)), window(H, M5)))
                .containsExactly(Duration.ofMinutes(1), M5, Duration.ofMinutes(7));
        assertThat(sizes()).isEmpty();
    }

    @Test
    void whatIsFetchedForAWindowIsLittleMoreThanWhatCoversIt() {
        for (Window window : List.of(
                window(Duration.ofHours(6), M5),
                window(D, H),
                window(Duration.ofDays(7), H),
                window(Duration.ofDays(30), D),
                window(Duration.ofDays(90), D))) {
            Levels levels = Levels.of(List.of(window));
            for (long head = 0; head < 40 * Window.micros(D); head += 31 * Window.micros(M5)) {
                List<TileRun> runs = TileRun.cover(window.tailAt(head), head, levels, levels.all());
                List<TileRun> fetched = TileRun.joined(runs);

                assertThat(tiles(fetched)).isBetween(tiles(runs), 75L);
                assertThat(fetched.size()).isLessThanOrEqualTo(runs.size());
                assertThat(runs)
                        .allMatch(run -> fetched.stream()
                                        .filter(all -> all.level() == run.level()
                                                && all.from() <= run.from()
                                                && run.to() <= all.to())
                                        .count()
                                == 1);
            }
        }
    }

    private static long tiles(List<TileRun> runs) {
        return runs.stream().mapToLong(run -> run.to() - run.from()).sum();
    }

    @Test
    void aTimeOnABoundaryBelongsToTheTileThatEndsThere() {
        Levels levels = Levels.of(List.of(window(Duration.ofMinutes(1), S5)));

        assertThat(levels.tileOf(0, 5_000_000)).isZero();
        assertThat(levels.tileOf(0, 5_000_001)).isEqualTo(1);
        assertThat(levels.tileOf(0, 1)).isZero();
        assertThat(levels.tileOf(0, 0)).isEqualTo(-1);
        assertThat(levels.tileOf(0, -4_999_999)).isEqualTo(-1);
        assertThat(levels.tileOf(0, -5_000_000)).isEqualTo(-2);
    }

    @Test
    void theTailIsFlooredAlsoBefore1970() {
        Window window = window(Duration.ofMinutes(1), S5);

        assertThat(window.tailAt(60_000_000)).isZero();
        assertThat(window.tailAt(59_999_999)).isEqualTo(-5_000_000);
        assertThat(window.tailAt(64_999_999)).isZero();
    }

    @Test
    void aCoverHasEachMomentOnceAndFewTiles() {
        Levels levels = Levels.of(List.of(
                window(Duration.ofMinutes(1), S5),
                window(Duration.ofMinutes(84), Duration.ofMinutes(7)),
                window(Duration.ofDays(90), D)));
        long finest = levels.finest();
        qt().withExamples(2_000)
                .forAll(longs().between(-(1L << 55), 1L << 57), integers().between(0, 90 * 24 * 60 * 12))
                .checkAssert((headSeed, length) -> {
                    long head = Window.floor(headSeed, finest);
                    long tail = head - length * finest;
                    long at = tail;
                    long tiles = 0;
                    for (TileRun run : TileRun.cover(tail, head, levels, levels.all())) {
                        long size = levels.micros().get(run.level());
                        assertThat(run.from() * size).isEqualTo(at);
                        assertThat(run.to()).isGreaterThan(run.from());
                        at = run.to() * size;
                        tiles += run.to() - run.from();
                    }
                    assertThat(at).isEqualTo(head);
                    assertThat(tiles).isLessThan(600);
                });
    }

    @Test
    void anUnboundedWindowReachesTheBeginningInFewTilesThatNest() {
        Levels levels = Levels.of(List.of(
                Window.UNBOUNDED,
                Window.of(Duration.ofMinutes(1), Duration.ofSeconds(5)),
                Window.of(Duration.ofMinutes(84), Duration.ofMinutes(7))));
        long head = Window.floor(983_528_100_000_000L, levels.finest());
        List<TileRun> runs = TileRun.cover(Window.UNBOUNDED.tailAt(head), head, levels, levels.nested());

        assertThat(runs.stream().mapToLong(run -> run.to() - run.from()).sum()).isLessThan(260);
        assertThat(levels.micros().size()).isLessThanOrEqualTo(Levels.MOST_LEVELS);
        assertThat(Window.UNBOUNDED.tailAt(head)).isLessThan(-62_135_596_800_000_000L);
        List<Integer> nested = levels.nested();
        for (int i = 1; i < nested.size(); i++) {
            assertThat(levels.micros().get(nested.get(i)) % levels.micros().get(nested.get(i - 1)))
                    .isZero();
        }
        assertThat(nested).hasSize(levels.micros().size() - 1);
    }
}
