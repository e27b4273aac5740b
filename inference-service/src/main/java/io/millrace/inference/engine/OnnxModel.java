package io.millrace.inference.engine;

import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.translate.TranslateException;
import ai.onnxruntime.OrtEnvironment;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import java.util.List;

/** A session of ONNX Runtime. One predictor serves all threads: its translator keeps nothing between calls. */
final class OnnxModel implements LoadedModel {
    private final Signature signature;
    private final String engine;
    private final Model model;
    private final Predictor<List<Tensor>, Inferred> tensors;

    OnnxModel(Signature signature, Model model) {
        this.signature = signature;
        // DJL's own word for the version is that of the runtime that it was built with. The environment is there: a
        // model was loaded.
        this.engine = "onnxruntime " + OrtEnvironment.getEnvironment().getVersion();
        this.model = model;
        this.tensors = model.newPredictor(new OnnxTensors(signature));
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public String engine() {
        return engine;
    }

    @Override
    public Inferred infer(List<Tensor> inputs) {
        try {
            return tensors.predict(inputs);
        } catch (TranslateException e) {
            throw failed(e.getCause() instanceof EngineException engine ? engine : e);
        } catch (EngineException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        tensors.close();
        model.close();
    }

    private static Refusal failed(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new Refusal(InferenceReason.MODEL_FAILED, "the model failed: " + cause.getMessage(), e);
    }
}
