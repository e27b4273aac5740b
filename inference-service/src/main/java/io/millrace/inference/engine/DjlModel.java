package io.millrace.inference.engine;

import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import java.util.List;

/** A model of an engine behind DJL. One predictor serves all threads: its translator keeps nothing between calls. */
final class DjlModel implements LoadedModel {
    private final Signature signature;
    private final String engine;
    private final Model model;
    private final Predictor<List<Tensor>, Inferred> tensors;
    private ModelReading reading = new ModelReading.Unread("is of an engine whose files are not read");

    /** @param engine what runs it, with its version */
    DjlModel(Signature signature, Model model, Translator<List<Tensor>, Inferred> translator, String engine) {
        this.signature = signature;
        this.engine = engine;
        this.model = model;
        this.tensors = model.newPredictor(translator);
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
    public ModelReading reading() {
        return reading;
    }

    /** Says how it comes to its prediction, before it is handed to anybody. */
    void readAs(ModelReading read) {
        reading = read;
    }

    @Override
    public Inferred infer(List<Tensor> inputs) {
        return predict(tensors, inputs);
    }

    /** As {@link #infer}. */
    static Inferred predict(Predictor<List<Tensor>, Inferred> predictor, List<Tensor> inputs) {
        try {
            return predictor.predict(inputs);
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
