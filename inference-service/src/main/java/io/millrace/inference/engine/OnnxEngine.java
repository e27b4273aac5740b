package io.millrace.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelFault;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ONNX Runtime behind DJL. A session runs on the caller's thread alone, so that a score does not depend on how a sum was split. */
@ApplicationScoped
public class OnnxEngine implements ModelEngine {
    static final String NAME = "OnnxRuntime";

    private static final Map<String, String> OPTIONS = Map.of("interOpNumThreads", "1", "intraOpNumThreads", "1");
    private static final int WARM_UP_RUNS = 3;

    public OnnxEngine() {
        // DJL would otherwise look for engines to download, and both would report that they are used.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    @Override
    public LoadedModel load(ModelFile file) throws ModelRefusedException {
        ModelDefinition definition = file.definition();
        SignatureCheck.check(definition, OnnxFile.graph(file.content()));
        var model = new OnnxModel(definition, open(file));
        try {
            for (int run = 0; run < WARM_UP_RUNS; run++) {
                warmUp(model, definition, 1);
                warmUp(model, definition, 2);
            }
            return model;
        } catch (ModelRefusedException e) {
            model.close();
            throw e;
        }
    }

    private static Model open(ModelFile file) throws ModelRefusedException {
        Model model = Model.newInstance(file.definition().name(), NAME);
        try {
            // From memory: these are the bytes whose digest was checked.
            model.load(new ByteArrayInputStream(file.content().array()), OPTIONS);
            deleteFolder(model.getModelPath());
            return model;
        } catch (MalformedModelException | IOException | EngineException | IllegalArgumentException e) {
            model.close();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ModelRefusedException(
                    ModelFault.ENGINE_REFUSED, "ONNX Runtime does not take the file: " + cause.getMessage(), e);
        }
    }

    /** DJL makes a temporary folder for each model that comes from memory, and leaves it empty. */
    private static void deleteFolder(Path folder) throws IOException {
        Files.deleteIfExists(folder);
    }

    private static void warmUp(LoadedModel model, ModelDefinition definition, int rows) throws ModelRefusedException {
        List<ByteBuffer> inputs = new ArrayList<>();
        for (Input input : definition.inputs()) {
            inputs.add(warmUpInput(input, rows));
        }
        try {
            double[] predictions = model.run(rows, inputs);
            if (predictions.length != rows) {
                throw new ModelRefusedException(
                        ModelFault.WARM_UP_FAILED, rows + " rows gave " + predictions.length + " predictions");
            }
        } catch (Refusal e) {
            throw new ModelRefusedException(ModelFault.WARM_UP_FAILED, "the first run failed: " + e.getMessage(), e);
        }
    }

    /** Imputed values where there are any, else zeros. */
    private static ByteBuffer warmUpInput(Input input, int rows) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(
                        rows * input.columns().size() * input.type().bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            for (Column column : input.columns()) {
                double value = column instanceof Column.Feature feature
                        ? feature.impute().orElse(0)
                        : 0;
                switch (input.type()) {
                    case FLOAT32 -> buffer.putFloat((float) value);
                    case FLOAT64 -> buffer.putDouble(value);
                    case INT64 -> buffer.putLong((long) value);
                }
            }
        }
        return buffer.flip();
    }
}
