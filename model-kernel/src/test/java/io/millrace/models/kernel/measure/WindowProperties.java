package io.millrace.models.kernel.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rows come in any order, and the window is written and read in between: nothing of it shows. */
class WindowProperties {
    private static final long TILE = 100;
    private static final int TILES = 8;

    private record Row(long time, double score, boolean positive, long labelTime) {}

    private static List<Row> rows(Random random, int count) {
        var rows = new ArrayList<Row>();
        for (int i = 0; i < count; i++) {
            double score = random.nextInt(4) == 0 ? random.nextInt(5) / 4.0 : random.nextDouble();
            long time = random.nextLong(2_000) - 300;
            rows.add(new Row(time, score, random.nextDouble() < score, time + random.nextLong(5_000)));
        }
        return rows;
    }

    @Test
    void arrivalOrderAndRestartsLeaveTheBytesOfTheStateUnchanged() {
        qt().withExamples(150).forAll(longs().all(), integers().between(0, 120)).checkAssert((seed, count) -> {
            var random = new Random(seed);
            List<Row> rows = rows(random, count);
            var straight = new ClassificationWindow(0.4, TILE, TILES);
            rows.forEach(row -> tell(straight, row));
            Collections.shuffle(rows, random);
            var other = new ClassificationWindow(0.4, TILE, TILES);
            int cut = random.nextInt(count + 1);
            rows.subList(0, cut).forEach(row -> tell(other, row));
            ClassificationWindow restored = read(bytes(other));
            rows.subList(cut, count).forEach(row -> tell(restored, row));
            assertThat(bytes(restored)).isEqualTo(bytes(straight));
        });
    }

    @Test
    void measuresAreThoseOfTheRowsOfTheWindow() {
        qt().withExamples(150).forAll(longs().all(), integers().between(1, 150)).checkAssert((seed, count) -> {
            var random = new Random(seed);
            List<Row> rows = rows(random, count);
            var window = new ClassificationWindow(0.4, TILE, TILES);
            rows.forEach(row -> tell(window, row));
            long last = rows.stream().mapToLong(Row::time).max().orElseThrow();
            long head = Math.floorDiv(last - 1, TILE);
            List<Row> inside = rows.stream()
                    .filter(row -> Math.floorDiv(row.time() - 1, TILE) > head - TILES)
                    .toList();
            ClassificationMeasures measures = window.measures(last);
            assertThat(measures.rows()).isEqualTo(inside.size());
            assertThat(measures.coverage().share()).isEqualTo(1.0);
            assertThat(measures.brier().value())
                    .isCloseTo(
                            inside.stream()
                                    .mapToDouble(row -> Math.pow(row.score() - (row.positive() ? 1 : 0), 2))
                                    .average()
                                    .orElseThrow(),
                            within(1e-12));
            assertThat(measures.logLoss().value())
                    .isCloseTo(
                            inside.stream()
                                    .mapToDouble(row ->
                                            -Math.log(Math.max(1e-15, row.positive() ? row.score() : 1 - row.score())))
                                    .average()
                                    .orElseThrow(),
                            within(1e-9));
            Estimate exact = Auc.of(scores(inside, true), scores(inside, false));
            if (!Double.isNaN(exact.value())) {
                assertThat(measures.auc().value()).isCloseTo(exact.value(), within(measures.aucError() + 1e-12));
            }
            long called = inside.stream()
                    .filter(row -> row.score() >= 0.4 && row.positive())
                    .count();
            assertThat(measures.confusion().truePositives()).isEqualTo(called);
            assertThat(measures.calibration().stream()
                            .mapToLong(CalibrationPoint::rows)
                            .sum())
                    .isEqualTo(inside.size());
        });
    }

    @Test
    void binsFollowTheOrderOfTheScores() {
        var random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            double scale = Math.pow(2, -random.nextInt(30));
            double a = random.nextDouble() * scale;
            double b = random.nextBoolean() ? 1 - random.nextDouble() * scale : random.nextDouble();
            assertThat(ScoreCounts.bin(Math.min(a, b))).isLessThanOrEqualTo(ScoreCounts.bin(Math.max(a, b)));
        }
        assertThat(ScoreCounts.bin(0)).isZero();
        assertThat(ScoreCounts.bin(1)).isEqualTo(ScoreCounts.BINS - 1);
    }

    private static double[] scores(List<Row> rows, boolean positive) {
        return rows.stream()
                .filter(row -> row.positive() == positive)
                .mapToDouble(Row::score)
                .toArray();
    }

    private static void tell(ClassificationWindow window, Row row) {
        window.predicted(row.time());
        window.labelled(row.time(), row.score(), row.positive(), row.labelTime());
    }

    private static byte[] bytes(ClassificationWindow window) {
        try {
            var bytes = new ByteArrayOutputStream();
            window.write(new DataOutputStream(bytes));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ClassificationWindow read(byte[] bytes) {
        try {
            return ClassificationWindow.read(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
