package io.millrace.local.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import io.millrace.local.measure.Scores;
import io.millrace.local.platform.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogisticModelTest {
    /** Not in the order of their names, which is the order that Tribuo gives them. */
    private static final List<String> COLUMNS = List.of("z:strong", "a:weak", "distance");

    private static final PipelineShape PIPELINE = new PipelineShape(
            "p",
            "in",
            Map.of("k", "k"),
            List.of("distance"),
            List.of("z:strong", "a:weak"),
            "m",
            "1",
            "out",
            Optional.empty());

    @TempDir
    Path folder;

    private final double[][] rows = new double[2_000][];
    private final boolean[] labels = new boolean[2_000];

    LogisticModelTest() {
        var random = new SplittableRandom(7);
        for (int row = 0; row < rows.length; row++) {
            double strong = random.nextDouble() * 2 - 1;
            rows[row] = new double[] {strong, random.nextDouble(), 100 + random.nextInt(3_000)};
            labels[row] = random.nextDouble() < 1 / (1 + Math.exp(-4 * strong + 1));
            if (row % 10 == 0) {
                rows[row][1] = Double.NaN;
            }
        }
    }

    @Test
    void itLearnsWhichColumnTells() {
        LogisticModel model = LogisticModel.fit(COLUMNS, rows, labels);
        assertThat(model.probability(new double[] {0.9, 0.5, 1_000})).isGreaterThan(0.8);
        assertThat(model.probability(new double[] {-0.9, 0.5, 1_000})).isLessThan(0.1);
        var scores = new Scores();
        for (int row = 0; row < rows.length; row++) {
            scores.add(model.probability(rows[row]), labels[row]);
        }
        assertThat(scores.logLoss()).isLessThan(scores.logLossOfConstant(scores.baseRate()) * 0.8);
    }

    @Test
    void onnxRuntimeGivesTribuosProbabilitiesForUnscaledColumnsMissingOnesIncluded() {
        LogisticModel model = LogisticModel.fit(COLUMNS, rows, labels);
        assertThat(OnnxFile.largestDifference(model, OnnxFile.of(model), rows)).isLessThan(1e-5);
    }

    @Test
    void theSameRowsGiveTheSameFileToTheByte() {
        byte[] first = OnnxFile.of(LogisticModel.fit(COLUMNS, rows, labels));
        byte[] second = OnnxFile.of(LogisticModel.fit(COLUMNS, rows, labels));
        assertThat(second).isEqualTo(first);
    }

    @Test
    void theFileKeepsItsDataInsideAndSaysNothingOfWhenItWasMade() throws InvalidProtocolBufferException {
        ModelProto onnx = ModelProto.parseFrom(OnnxFile.of(LogisticModel.fit(COLUMNS, rows, labels)));
        assertThat(onnx.getMetadataPropsCount()).isZero();
        assertThat(onnx.getGraph().getInitializerList())
                .allSatisfy(tensor -> assertThat(tensor.getExternalDataCount()).isZero());
    }

    @Test
    void oneOutcomeAloneCannotBeLearned() {
        assertThatThrownBy(() -> LogisticModel.fit(COLUMNS, rows, new boolean[rows.length]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("both outcomes");
    }

    @Test
    void aColumnThatNeverVariesOrIsNeverThereDoesNoHarm() {
        for (double[] row : rows) {
            row[1] = Double.NaN;
            row[2] = 5;
        }
        LogisticModel model = LogisticModel.fit(COLUMNS, rows, labels);
        assertThat(model.impute(1)).isZero();
        assertThat(model.probability(rows[0])).isBetween(0.0, 1.0);
        assertThat(OnnxFile.largestDifference(model, OnnxFile.of(model), rows)).isLessThan(1e-5);
    }

    @Test
    void aVersionIsPublishedWholeWithItsColumnsInTheModelsOrderAndNeverReplaced() throws IOException {
        LogisticModel model = LogisticModel.fit(COLUMNS, rows, labels);
        var models = new ModelFolder(folder.resolve("models"), folder.resolve("scratch"));
        String digest = models.publish(PIPELINE, "1", model, OnnxFile.of(model), List.of(rows));
        String text = Files.readString(folder.resolve("models/m/1/model.yaml"));
        var faults = new Faults();
        MapNode yaml =
                Yaml.documents(new DefinitionFile("model.yaml", text), faults).getFirst();
        assertThat(yaml.string("digest")).isEqualTo(digest).hasSize(64);
        List<MapNode> columns = yaml.maps("inputs").getFirst().maps("columns");
        assertThat(columns.get(0).string("feature")).isEqualTo("z:strong");
        assertThat(columns.get(1).optionalDouble("impute")).hasValue(model.impute(1));
        assertThat(columns.get(2).string("request")).isEqualTo("distance");
        assertThat(faults.all()).isEmpty();
        assertThat(Files.readAllLines(folder.resolve("models/m/1/reference.csv")))
                .hasSize(1 + rows.length)
                .first()
                .isEqualTo(String.join(",", COLUMNS) + ",prediction");
        assertThat(folder.resolve("scratch")).isEmptyDirectory();
        assertThatThrownBy(() -> models.publish(PIPELINE, "1", model, OnnxFile.of(model), List.of(rows)))
                .isInstanceOf(CommandFailure.class);
    }
}
