package io.millrace.endtoend;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A model version of the repository, run on ONNX Runtime alone: no DJL and no code of inference-service. */
final class ModelByHand implements AutoCloseable {
    private final OrtEnvironment runtime = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final String input;
    private final List<Column> columns;
    private final String output;
    private final int outputColumn;

    /** One column of the input: a request field, or a feature with what stands in for it. */
    private record Column(String name, boolean request, double impute) {
        static Column of(MapNode column) {
            return column.has("request")
                    ? new Column(column.string("request"), true, Double.NaN)
                    : new Column(
                            column.string("feature"),
                            false,
                            column.optionalDouble("impute").orElseThrow());
        }
    }

    ModelByHand(Path version) throws IOException, OrtException {
        var faults = new Faults();
        MapNode definition = Yaml.documents(
                        new DefinitionFile("model.yaml", Files.readString(version.resolve("model.yaml"))), faults)
                .getFirst();
        MapNode tensor = definition.maps("inputs").getFirst();
        MapNode result = definition.optionalMap("output").orElseThrow();
        this.input = tensor.string("name");
        this.columns = tensor.maps("columns").stream().map(Column::of).toList();
        this.output = result.string("name");
        this.outputColumn = result.optionalLong("column").orElseThrow().intValue();
        faults.throwIfAny();
        this.session = runtime.createSession(Files.readAllBytes(version.resolve(definition.string("file"))));
    }

    /**
     * The prediction for one event.
     *
     * @param request the event's own fields
     * @param features by reference; where one is not there the model's declared value stands in
     */
    double predict(Map<String, Double> request, Map<String, Double> features) throws OrtException {
        float[][] row = new float[1][columns.size()];
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            Double value = column.request()
                    ? Objects.requireNonNull(request.get(column.name()))
                    : features.getOrDefault(column.name(), column.impute());
            row[0][i] = value.floatValue();
        }
        try (OnnxTensor tensor = OnnxTensor.createTensor(runtime, row);
                OrtSession.Result result = session.run(Map.of(input, tensor))) {
            var scores = (float[][]) result.get(output).orElseThrow().getValue();
            return scores[0][outputColumn];
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
