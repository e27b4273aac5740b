package io.millrace.inference.app.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.inference.app.label.Quality.Measures;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Join;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.domain.label.LabelStream.Window;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.inference.domain.label.Outcome.Unlabelled;
import io.millrace.inference.sample.LabelStreamsOf;
import io.millrace.models.kernel.measure.ClassificationMeasures;
import io.millrace.models.kernel.measure.RegressionMeasures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QualityFoldTest {
    private static final long HOUR = 3_600_000_000L;
    private static final long START = 480_000 * HOUR;

    /** A prediction of the last hours and what became of it. */
    private record Row(String version, double score, double label, boolean labelled, long micros, long age) {}

    @Test
    void whatIsMeasuredIsWhatAPlainRecountGives() {
        List<Row> rows = rows(true);
        Quality quality = folded(classes(), rows).quality();

        assertThat(quality.versions()).extracting(Quality.Version::version).containsExactly("1", "2");
        for (Quality.Version version : quality.versions()) {
            for (Quality.Window window : version.windows()) {
                long length = window.name().equals("1h") ? HOUR : 24 * HOUR;
                List<Row> in = in(rows, version.version(), quality.asOfMicros(), length);
                List<Row> known = in.stream().filter(Row::labelled).toList();
                var all = ((Measures.OfClasses) window.measures()).all();
                assertThat(all.coverage().predictions()).isEqualTo(in.size());
                assertThat(all.coverage().labels()).isEqualTo(known.size());
                assertThat(all.coverage().longestAgeMicros())
                        .isGreaterThanOrEqualTo(
                                known.stream().mapToLong(Row::age).max().orElse(0));
                recount(known, all);
            }
        }
    }

    private static void recount(List<Row> known, ClassificationMeasures all) {
        double logLoss = 0;
        double brier = 0;
        double above = 0;
        long pairs = 0;
        long called = 0;
        long hits = 0;
        for (Row row : known) {
            logLoss -= Math.log(row.label() == 1 ? row.score() : 1 - row.score());
            brier += Math.pow(row.score() - row.label(), 2);
            called += row.score() >= 0.4 ? 1 : 0;
            hits += row.score() >= 0.4 && row.label() == 1 ? 1 : 0;
            for (Row other : known) {
                if (row.label() == 1 && other.label() == 0) {
                    pairs++;
                    above += row.score() > other.score() ? 1 : row.score() == other.score() ? 0.5 : 0;
                }
            }
        }
        long positives = known.stream().filter(row -> row.label() == 1).count();
        assertThat(all.rows()).isEqualTo(known.size());
        assertThat(all.positives()).isEqualTo(positives);
        assertThat(all.logLoss().value()).isEqualTo(logLoss / known.size(), within(1e-12));
        assertThat(all.brier().value()).isEqualTo(brier / known.size(), within(1e-12));
        assertThat(all.auc().value()).isEqualTo(above / pairs, within(all.aucError() + 1e-12));
        assertThat(all.confusion().precision()).isEqualTo((double) hits / called, within(1e-12));
        assertThat(all.confusion().recall()).isEqualTo((double) hits / positives, within(1e-12));
        for (var bin : all.calibration()) {
            List<Row> of = known.stream()
                    .filter(row -> row.score() >= bin.from() && row.score() < bin.to())
                    .toList();
            assertThat(bin.rows()).isEqualTo(of.size());
            if (!of.isEmpty()) {
                assertThat(bin.meanScore())
                        .isEqualTo(of.stream().mapToDouble(Row::score).average().orElseThrow(), within(1e-12));
                assertThat(bin.positiveShare())
                        .isEqualTo(of.stream().mapToDouble(Row::label).average().orElseThrow(), within(1e-12));
            }
        }
    }

    @Test
    void errorsOfNumbersAreWhatAPlainRecountGives() {
        List<Row> rows = rows(false);
        Quality quality = folded(numbers(), rows).quality();

        Quality.Window day = quality.versions().getFirst().windows().get(1);
        List<Row> known = in(rows, "1", quality.asOfMicros(), 24 * HOUR).stream()
                .filter(Row::labelled)
                .toList();
        RegressionMeasures all = ((Measures.OfNumbers) day.measures()).all();
        double count = known.size();
        assertThat(all.meanAbsoluteError().value())
                .isEqualTo(
                        known.stream()
                                        .mapToDouble(row -> Math.abs(row.label() - row.score()))
                                        .sum()
                                / count,
                        within(1e-9));
        assertThat(all.rootMeanSquaredError())
                .isEqualTo(
                        Math.sqrt(known.stream()
                                        .mapToDouble(row -> Math.pow(row.label() - row.score(), 2))
                                        .sum()
                                / count),
                        within(1e-9));
        assertThat(all.pinball().value())
                .isEqualTo(
                        known.stream()
                                        .mapToDouble(row -> {
                                            double error = row.label() - row.score();
                                            return Math.max(0.9 * error, -0.1 * error);
                                        })
                                        .sum()
                                / count,
                        within(1e-9));
    }

    @Test
    void aStateThatWasKeptGoesOnToTheByte() throws IOException {
        List<Outcome> outcomes = outcomes(rows(true));
        var whole = new QualityFold(classes(), LabelTelemetry.NONE);
        var cut = new QualityFold(classes(), LabelTelemetry.NONE);
        for (int i = 0; i < outcomes.size(); i++) {
            whole.fold(outcomes.get(i), i);
            cut.fold(outcomes.get(i), i);
            if (i % 97 == 0) {
                byte[] kept = bytes(cut);
                cut = new QualityFold(classes(), LabelTelemetry.NONE);
                cut.read(new DataInputStream(new ByteArrayInputStream(kept)));
            }
        }
        assertThat(bytes(cut)).isEqualTo(bytes(whole));
    }

    @Test
    void ofManyVersionsThoseThatPredictedLastAreKept() {
        var fold = new QualityFold(classes(), LabelTelemetry.NONE);
        for (int i = 0; i < QualityFold.MOST + 5; i++) {
            fold.fold(new Predicted(prediction("v" + i, i, 0.5, START + i)), i);
        }
        assertThat(fold.quality().versions())
                .hasSize(QualityFold.MOST)
                .extracting(Quality.Version::version)
                .doesNotContain("v0", "v4")
                .contains("v5");
    }

    private static List<Row> in(List<Row> rows, String version, long asOf, long length) {
        long tile = length / QualityFold.TILES;
        long from = Math.floorDiv(asOf - 1, tile) * tile - length + tile;
        return rows.stream()
                .filter(row -> row.version().equals(version) && row.micros() > from)
                .toList();
    }

    private static List<Row> rows(boolean classes) {
        var random = new Random(7);
        var rows = new ArrayList<Row>();
        for (int i = 0; i < 1_500; i++) {
            double score = 0.01 + 0.98 * random.nextDouble();
            double label = classes ? (random.nextDouble() < score ? 1 : 0) : 10 * score + random.nextGaussian();
            rows.add(new Row(
                    i % 3 == 0 ? "2" : "1",
                    score,
                    label,
                    random.nextInt(4) != 0,
                    START + i * 120_000_000L,
                    random.nextLong(HOUR)));
        }
        return rows;
    }

    private static List<Outcome> outcomes(List<Row> rows) {
        var outcomes = new ArrayList<Outcome>();
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            Prediction prediction = prediction(row.version(), i, row.score(), row.micros());
            outcomes.add(new Predicted(prediction));
            outcomes.add(
                    row.labelled()
                            ? new Labelled(prediction, row.label(), row.micros() + row.age(), "")
                            : new Unlabelled(prediction));
        }
        return outcomes;
    }

    private static QualityFold folded(LabelStream labels, List<Row> rows) {
        var fold = new QualityFold(labels, LabelTelemetry.NONE);
        List<Outcome> outcomes = outcomes(rows);
        for (int i = 0; i < outcomes.size(); i++) {
            fold.fold(outcomes.get(i), i);
        }
        assertThat(fold.quality().offset()).isEqualTo(outcomes.size());
        return fold;
    }

    private static Prediction prediction(String version, int number, double score, long micros) {
        return new Prediction(
                "in-0-" + number,
                "k" + number,
                Map.of(),
                new ModelIdentity("m", version, "d"),
                Optional.empty(),
                "",
                score,
                micros,
                Map.of());
    }

    private static byte[] bytes(QualityFold fold) throws IOException {
        var bytes = new ByteArrayOutputStream();
        fold.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static LabelStream classes() {
        return with(new Task.Classification(0.4));
    }

    private static LabelStream numbers() {
        return with(new Task.Regression(0.9));
    }

    private static LabelStream with(Task task) {
        LabelStream of = LabelStreamsOf.of("l", "t", new Join.Key("id"), Duration.ofHours(24));
        return new LabelStream(
                of.name(),
                of.pipeline(),
                of.input(),
                "late",
                Map.of("late", FieldType.BOOL),
                of.join(),
                of.delay(),
                "",
                task,
                List.of(new Window("1h", Duration.ofHours(1)), new Window("24h", Duration.ofHours(24))),
                of.yaml());
    }
}
