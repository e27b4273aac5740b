package io.millrace.inference.engine;

import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.engine.xgboost.XgboostConversion;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** Gives each file to the engine that its definition names. */
@ApplicationScoped
public class Engines implements ModelEngine {
    private final OnnxEngine onnx = new OnnxEngine();
    private final PytorchEngine pytorch;

    @Inject
    public Engines(InferenceConfig config) {
        this(config.models().engines());
    }

    /**
     * @param jars folder of the jars of engines that are not built in
     */
    public Engines(Optional<Path> jars) {
        this.pytorch = new PytorchEngine(jars);
    }

    @Override
    public LoadedModel load(ModelFile file) throws ModelRefusedException {
        return switch (file.definition().engine()) {
            case ONNXRUNTIME -> onnx.load(file);
            case XGBOOST -> xgboost(file);
            case PYTORCH -> pytorch.load(file);
        };
    }

    private LoadedModel xgboost(ModelFile file) throws ModelRefusedException {
        XgboostConversion conversion = XgboostConversion.of(file.content(), file.definition());
        ByteBuffer content = ByteBuffer.wrap(conversion.onnx().toByteArray());
        LoadedModel model =
                onnx.load(new ModelFile(file.definition(), content, file.golden(), file.reference(), file.signer()));
        boolean same = false;
        try {
            conversion.check(model);
            same = true;
            return model;
        } finally {
            if (!same) {
                model.close();
            }
        }
    }
}
