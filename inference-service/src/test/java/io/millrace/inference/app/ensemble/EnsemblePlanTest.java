package io.millrace.inference.app.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.definitions.Faults;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelUse;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.store.ModelFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ensembles on real models. */
class EnsemblePlanTest {
    private static final Deadline LONG = new Deadline(Duration.ofSeconds(30));

    @TempDir
    Path root;

    private ModelCatalog catalog;

    @BeforeEach
    void serve() {
        ModelFiles.publish(root, "linear", "1", OnnxModels.linear(0.5, 2, 10), "");
        ModelFiles.publish(root, "upper", "1", OnnxModels.upper(), "");
        catalog = new ModelCatalog(new ModelFolder(root, 1 << 20), new OnnxEngine());
        catalog.refresh();
    }

    private List<Tensor> run(String yaml, int rows, Deadline deadline, Tensor... inputs) {
        var faults = new Faults();
        Ensemble ensemble = EnsembleCheckTest.read(yaml, faults);
        assertThat(faults.all()).isEmpty();
        Map<String, ModelUse> models = new HashMap<>();
        Map<String, Signature> signatures = new HashMap<>();
        for (var step : ensemble.modelSteps()) {
            ModelUse use = catalog.use(step.model().name(), Optional.empty());
            models.put(step.name(), use);
            signatures.put(step.name(), use.signature());
        }
        try {
            return EnsemblePlan.of(ensemble, signatures, (step, part, what) -> {
                        throw new AssertionError(step + " " + part + ": " + what);
                    })
                    .orElseThrow()
                    .run(
                            List.of(inputs),
                            rows,
                            (step, given) ->
                                    Objects.requireNonNull(models.get(step)).infer(given, rows, deadline),
                            deadline);
        } finally {
            models.values().forEach(ModelUse::close);
        }
    }

    @Test
    void rowsStayInOrderThroughModelsAndExpressions() {
        int rows = 1_000;
        double[] amounts = IntStream.range(0, rows).mapToDouble(i -> i * 100.0).toArray();
        List<String> countries = IntStream.range(0, rows)
                .mapToObj(i -> i % 3 == 0 ? "CH" : "ö" + i)
                .toList();
        List<Tensor> outputs =
                run(EnsembleCheckTest.RIGHT, rows, LONG, reals("amount", amounts), texts("country", countries));
        assertThat(outputs).extracting(Tensor::name).containsExactly("score", "verdict");
        assertThat(outputs.get(0).shape()).containsExactly((long) rows);
        List<ByteBuffer> verdicts = outputs.get(1).strings();
        for (int i = 0; i < rows; i++) {
            float score = 2f * i + (i % 3 == 0 ? 10 : 0) + 0.5f;
            assertThat(outputs.get(0).data().getFloat(i * Float.BYTES)).isEqualTo(score);
            assertThat(StandardCharsets.UTF_8.decode(verdicts.get(i)).toString())
                    .isEqualTo(score > 10 ? "high in " + countries.get(i) : "low");
        }
    }

    @Test
    void noRowsGiveNoRows() {
        List<Tensor> outputs = run(EnsembleCheckTest.RIGHT, 0, LONG, reals("amount"), texts("country", List.of()));
        assertThat(outputs.get(0).shape()).containsExactly(0L);
        assertThat(outputs.get(1).strings()).isEmpty();
    }

    @Test
    void modelsFollowModelsAndTablesAreLists() {
        String yaml = """
            kind: Ensemble
            name: e
            inputs: [{name: words, datatype: BYTES}, {name: table, datatype: INT64, shape: [-1, 3]}]
            outputs: [{name: all, datatype: BYTES}, {name: flags, datatype: BOOL, shape: [-1, 2]}, {name: small, datatype: UINT8}]
            steps:
              - {name: first, model: {name: upper}, inputs: {in: words}, outputs: {out: loud}}
              - {name: second, model: {name: upper}, inputs: {in: joined}, outputs: {out: all}}
              - name: row
                compute:
                  - {name: joined, datatype: BYTES, expression: "loud + '-' + words"}
                  - {name: flags, datatype: BOOL, expressions: ["table[0] > table[2]", "true"]}
                  - {name: small, datatype: UINT8, expression: "table[1]"}
            """;
        ByteBuffer table = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : new long[] {3, 255, 1, 1, 0, 3}) {
            table.putLong(value);
        }
        List<Tensor> outputs = run(
                yaml,
                2,
                LONG,
                texts("words", List.of("ab", "c")),
                new Tensor("table", Datatype.INT64, List.of(2L, 3L), table.flip()));
        assertThat(outputs.get(0).strings())
                .extracting(text -> StandardCharsets.UTF_8.decode(text).toString())
                .containsExactly("AB-AB", "C-C");
        assertThat(outputs.get(1).shape()).containsExactly(2L, 2L);
        assertThat(outputs.get(1).data()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 1, 0, 1}));
        assertThat(outputs.get(2).data()).isEqualTo(ByteBuffer.wrap(new byte[] {(byte) 255, 0}));
        table.putLong(8, 256);
        assertThatThrownBy(() -> run(
                        yaml,
                        2,
                        LONG,
                        texts("words", List.of("ab", "c")),
                        new Tensor("table", Datatype.INT64, List.of(2L, 3L), table)))
                .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(InferenceReason.INVALID_TENSOR))
                .hasMessage("step 'row': row 0 of 'small' cannot be computed: 'table[1]' gives what is no UINT8");
    }

    @Test
    void theExampleRuns() throws IOException {
        ModelFiles.publish(root, "delays", "1", OnnxModels.logistic(-2, 1, 1), "");
        catalog.refresh();
        List<Tensor> outputs = run(
                Files.readString(Path.of("../examples/ensemble/ensembles/advice.yaml")),
                2,
                LONG,
                reals("origin_delay", 600, 0),
                reals("distance_km", 500, 500),
                texts("passenger", List.of("Ann", "Bob")));
        // σ(−2 + 3 + 0.5), for delays above three hours count as three; σ(−2 + 0 + 0.5).
        assertThat(outputs.get(0).data().getDouble(0)).isCloseTo(0.8176, within(1e-4));
        assertThat(outputs.get(0).data().getDouble(Double.BYTES)).isCloseTo(0.1824, within(1e-4));
        assertThat(outputs.get(1).strings())
                .extracting(text -> StandardCharsets.UTF_8.decode(text).toString())
                .containsExactly("Ann: expect a delay", "Bob: on time");
    }

    @Test
    void whatFailsNamesItsStep() {
        assertThatThrownBy(() -> run(
                        EnsembleCheckTest.RIGHT,
                        1,
                        new Deadline(Duration.ZERO),
                        reals("amount", 1),
                        texts("country", List.of("x"))))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith("step 'prepare': not answered within");
        String yaml = """
            kind: Ensemble
            name: e
            inputs: [{name: a, datatype: INT64}]
            outputs: [{name: b, datatype: INT64}]
            steps: [{name: divide, compute: [{name: b, datatype: INT64, expression: "10 / a"}]}]
            """;
        ByteBuffer data = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(5)
                .putLong(0)
                .flip();
        assertThatThrownBy(() -> run(yaml, 2, LONG, new Tensor("a", Datatype.INT64, List.of(2L), data)))
                .hasMessage("step 'divide': row 1 of 'b' cannot be computed: '10 / a' gives nothing");
    }

    private static Tensor reals(String name, double... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            data.putDouble(value);
        }
        return new Tensor(name, Datatype.FP64, List.of((long) values.length), data.flip());
    }

    private static Tensor texts(String name, List<String> values) {
        return Tensor.ofStrings(
                name,
                List.of((long) values.size()),
                values.stream()
                        .map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .toList());
    }
}
