package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.inference.app.ModelCatalog.Listing;
import io.millrace.inference.app.queue.Lanes;
import io.millrace.inference.app.watch.References;
import io.millrace.inference.domain.Extras;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.domain.Novelty;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.files.DuckDbReferenceFiles;
import io.millrace.inference.sample.KnownFeatures;
import io.millrace.inference.sample.KnownServices;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.Pipelines;
import io.millrace.inference.sample.Scorings;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.millrace.models.kernel.random.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** References of models, and how unlike them rows are. */
class NoveltyTest {
    private static final byte[] MODEL = OnnxModels.linear(100, 1, 10).toByteArray();
    private static final int ROWS = 2_000;

    @TempDir
    Path root;

    private final KnownFeatures features = new KnownFeatures();

    /** Where v:a is normal around 10 with deviation 2 and x is twice it and a little more. */
    private static String rows(String header) {
        var random = new Seeded(7);
        var csv = new StringBuilder(header + "\n");
        for (int i = 0; i < ROWS; i++) {
            double a = 10 + 2 * random.gaussian();
            double x = 2 * a + 0.1 * random.gaussian();
            csv.append(a).append(',').append(x).append(i % 10 == 0 ? ",LAX\n" : ",ORD\n");
        }
        return csv.toString();
    }

    private ModelCatalog serving(String more, Map<String, byte[]> beside) {
        String yaml = ModelFiles.yaml("m", "1", "model.onnx", ModelFiles.sha256(MODEL), ModelFiles.TWO_COLUMNS + more);
        var files = new HashMap<>(beside);
        files.put("model.yaml", yaml.getBytes(StandardCharsets.UTF_8));
        files.put("model.onnx", MODEL);
        ModelFiles.publish(root, "m", "1", files);
        return catalog();
    }

    private ModelCatalog catalog() {
        var catalog = new ModelCatalog(
                new ModelFolder(root, 1 << 22),
                new OnnxEngine(),
                Lanes.byDefault(Clock.systemUTC()),
                EventLog.NONE,
                new References(new DuckDbReferenceFiles(64 << 20, 1 << 30)));
        catalog.refresh();
        return catalog;
    }

    private ModelCatalog servingCsv(String header) {
        return serving(
                "reference: {file: rows.csv}\n", Map.of("rows.csv", rows(header).getBytes(StandardCharsets.UTF_8)));
    }

    private double novelty(ModelCatalog catalog, Optional<Novelty> kind, String user, double x) {
        Pipeline of = Pipelines.of(Missing.IMPUTE);
        var pipeline = new Pipeline(
                of.name(),
                of.input(),
                of.key(),
                of.entity(),
                of.request(),
                of.features(),
                of.service(),
                of.missing(),
                of.includeEvent(),
                new Extras(false, kind, Wanted.NONE),
                of.complete(),
                of.model(),
                of.outputs(),
                of.alert(),
                of.yaml());
        Scored scored = (Scored) Scorings.of(
                        catalog, KnownServices.NONE.wanted(), features, new InferenceMetrics(new SimpleMeterRegistry()))
                .score(
                        pipeline,
                        List.of(new ScoreRow(Map.of("user", user, "x", x), 1)),
                        Duration.ZERO,
                        Duration.ofSeconds(10))
                .rows()
                .getFirst();
        return scored.novelty();
    }

    @ParameterizedTest
    @EnumSource(Novelty.class)
    void aRowThatStandsAloneIsNewAndOneLikeTheReferenceIsNot(Novelty kind) {
        features.with("v:a", "usual", 10.0, 1).with("v:a", "far", 60.0, 1);
        ModelCatalog catalog = servingCsv("v:a,x,origin");
        assertThat(novelty(catalog, Optional.of(kind), "usual", 20)).isLessThan(0.5);
        assertThat(novelty(catalog, Optional.of(kind), "far", 120)).isGreaterThan(0.99);
    }

    @Test
    void theDistanceSeesWhatIsUsualAloneAndNewTogether() {
        features.with("v:a", "high", 13.0, 1);
        ModelCatalog catalog = servingCsv("v:a,x,origin");
        assertThat(novelty(catalog, Optional.of(Novelty.MAHALANOBIS), "high", 26.0))
                .isLessThan(0.99);
        assertThat(novelty(catalog, Optional.of(Novelty.MAHALANOBIS), "high", 14.0))
                .as("neither value is rare, but x is always near twice v:a")
                .isEqualTo(1.0);
    }

    @ParameterizedTest
    @EnumSource(Novelty.class)
    void noveltyIsTheSameOnEveryReplicaAndAfterEveryRestart(Novelty kind) {
        features.with("v:a", "u", 12.7, 1);
        ModelCatalog one = servingCsv("v:a,x,origin");
        ModelCatalog other = catalog();
        assertThat(novelty(one, Optional.of(kind), "u", 24.4)).isEqualTo(novelty(other, Optional.of(kind), "u", 24.4));
    }

    @Test
    void whatIsImputedCountsAsMissingAndWhereNobodyAsksThereIsNone() {
        ModelCatalog catalog = servingCsv("v:a,x,origin");
        assertThat(novelty(catalog, Optional.of(Novelty.MAHALANOBIS), "unknown", 20))
                .as("0.5 that stands in would be five deviations away")
                .isLessThan(0.9);
        assertThat(novelty(catalog, Optional.empty(), "unknown", 20)).isNaN();
    }

    @Test
    void aModelWithoutAReferenceGivesNoNoveltyAndThePipelineIsToldSo() {
        features.with("v:a", "u", 10.0, 1);
        ModelCatalog catalog = serving("", Map.of());
        assertThat(novelty(catalog, Optional.of(Novelty.MAHALANOBIS), "u", 20)).isNaN();
    }

    @Test
    void aReferenceMayBeParquetWithTheScoreAndAVersionedFeature() throws SQLException {
        Path file = root.resolve("rows.parquet");
        try (var database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            statement.execute("COPY (SELECT i::DOUBLE AS \"v@v2:a\", 2 * i AS x, 'c' || (i % 3) AS carrier, "
                    + "100 + 21 * i AS score FROM range(500) t(i)) TO '" + file + "' (FORMAT parquet)");
        }
        byte[] bytes = bytes(file);
        ModelCatalog catalog = serving(
                "reference: {file: rows.parquet, score: score, digest: " + ModelFiles.sha256(bytes) + "}\n",
                Map.of("rows.parquet", bytes));
        features.with("v:a", "u", 250.0, 1);
        assertThat(novelty(catalog, Optional.of(Novelty.MAHALANOBIS), "u", 500)).isLessThan(0.2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "v:b,x,origin | {file: rows.csv} | INVALID_REFERENCE: the reference of m/1: it has no column 'v:a', which the model takes",
                "v:a,x,origin | {file: rows.csv, score: y} | INVALID_REFERENCE: the reference of m/1: it has no column 'y', the score",
                "v:a,x,origin | {file: other.csv} | FILE_MISSING: m/1/other.csv is not there",
                "v:a,x,origin | {file: ../rows.csv} | PATH_ESCAPE: m/1/../rows.csv: the reference must lie beside model.yaml",
                "v:a,x,origin | {file: rows.csv, digest: 0000000000000000000000000000000000000000000000000000000000000000} | DIGEST_MISMATCH: the SHA-256 of m/1/rows.csv is",
                "v:a,x,origin | {file: rows.txt} | 'file' must end in .parquet or .csv, was 'rows.txt'",
            })
    void aVersionWithAReferenceThatCannotBeUsedIsRefused(String header, String reference, String why) {
        ModelCatalog catalog = serving(
                "reference: " + reference + "\n",
                Map.of("rows.csv", rows(header).getBytes(StandardCharsets.UTF_8)));
        Listing listing = catalog.list().getFirst();
        assertThat(listing.state()).isEqualTo(ModelState.REFUSED);
        assertThat(listing.reason()).contains(why);
    }

    @Test
    void aFileThatIsNoParquetIsRefusedWithItsReason() {
        ModelCatalog catalog = serving(
                "reference: {file: rows.parquet}\n",
                Map.of("rows.parquet", "no parquet".getBytes(StandardCharsets.UTF_8)));
        assertThat(catalog.list().getFirst().reason())
                .contains("INVALID_REFERENCE", "the rows of the reference cannot be read");
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
