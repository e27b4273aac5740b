package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.sample.KnownFeatures;
import io.millrace.inference.sample.KnownServices;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.Pipelines;
import io.millrace.inference.sample.Scorings;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How long a batch takes through scoring, with features that come from a map, beside the floor: the engine's run alone on filled tensors. A logistic
 * model of 10 features and 2 request fields. Not one of the tests: {@code mvn -pl inference-service test -Dtest=ScoringBenchmark
 * -Dtest.jvm.args="-Xmx768m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED"}.
 */
class ScoringBenchmark {
    private static final int FEATURES = 10;
    private static final int ROUNDS = 20_000;

    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(ints = {1, 64})
    void latencyOfABatch(int batch) throws ModelRefusedException {
        var features = new KnownFeatures();
        List<String> names =
                IntStream.range(0, FEATURES).mapToObj(i -> "v:f" + i).toList();
        String columns = names.stream()
                .map(name -> "{feature: \"" + name + "\", impute: 0}")
                .collect(Collectors.joining(", "));
        double[] weights =
                IntStream.range(0, FEATURES + 2).mapToDouble(i -> 0.1 * i - 0.5).toArray();
        ModelFiles.publish(
                root,
                "m",
                "1",
                OnnxModels.logistic(0.2, weights),
                "inputs: [{name: input, type: float32, columns: [" + columns + ", {request: x}, {request: y}]}]\n"
                        + "output: {name: output, column: 1}\n");
        var folder = new ModelFolder(root, 1 << 20);
        var engine = new OnnxEngine();
        var catalog = new ModelCatalog(folder, engine);
        catalog.refresh();
        var rows = new ArrayList<ScoreRow>();
        for (int row = 0; row < batch; row++) {
            for (String name : names) {
                features.with(name, "user" + row, row * 0.01, row);
            }
            rows.add(new ScoreRow(Map.of("user", "user" + row, "x", 0.5, "y", (double) row), row));
        }
        Pipeline pipeline = Pipelines.of(
                Missing.IMPUTE, Optional.empty(), names, Map.of("x", FieldType.DOUBLE, "y", FieldType.DOUBLE));
        var scoring = Scorings.of(
                catalog, KnownServices.NONE.wanted(), features, new InferenceMetrics(new SimpleMeterRegistry()));

        ScoredBatch[] last = new ScoredBatch[1];
        String scored = measure(() -> last[0] = scoring.score(pipeline, rows, Duration.ZERO, Duration.ofSeconds(5)));
        assertThat(last[0].rows()).allSatisfy(row -> assertThat(row).isInstanceOf(Scored.class));

        double[][] floor = new double[1][];
        var input = new Tensor(
                "input",
                Datatype.FP32,
                List.of((long) batch, (long) weights.length),
                ByteBuffer.allocateDirect(batch * weights.length * Float.BYTES));
        String engineAlone;
        try (LoadedModel model = engine.load(folder.read(candidate(folder)))) {
            engineAlone = measure(() -> floor[0] = PredictionColumn.read(
                    new Output("output", 1), model.infer(List.of(input)).outputs(), batch));
        }
        assertThat(floor[0]).hasSize(batch);
        System.out.printf("batch %d: scoring %s; engine alone %s%n", batch, scored, engineAlone);
    }

    private static ModelRepository.Candidate candidate(ModelFolder folder) {
        try {
            return folder.look().versions().getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String measure(Runnable call) {
        long[] nanos = new long[ROUNDS];
        for (int round = 0; round < 2 * ROUNDS; round++) {
            long start = System.nanoTime();
            call.run();
            nanos[round % ROUNDS] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return "p50 %.1f µs, p99 %.1f µs".formatted(nanos[ROUNDS / 2] / 1e3, nanos[(int) (ROUNDS * 0.99)] / 1e3);
    }
}
