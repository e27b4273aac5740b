package io.millrace.inference.app;

import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import java.util.List;

/** A model in memory. Thread-safe, except that nothing may run once {@link #close} was called. */
public interface LoadedModel extends AutoCloseable {
    /** What it takes and gives. */
    Signature signature();

    /** What runs it, with its version, such as {@code onnxruntime 1.28.0}; empty where that is not known. */
    default String engine() {
        return "";
    }

    /** How it comes to its prediction, as far as its file was read and the engine gives the same. */
    default ModelReading reading() {
        return new ModelReading.Unread("is of an engine whose files are not read");
    }

    /**
     * Runs the model on tensors.
     *
     * @param inputs one for each input of the signature, in any order, of its type and of a shape that fits; their data is read until the call returns
     * @return outputs whose data is the caller's
     * @throws io.millrace.gate.Refusal MODEL_FAILED
     */
    Inferred infer(List<Tensor> inputs);

    @Override
    void close();
}
