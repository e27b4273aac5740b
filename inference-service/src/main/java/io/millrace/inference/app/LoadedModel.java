package io.millrace.inference.app;

import java.nio.ByteBuffer;
import java.util.List;

/** A model in memory. Thread-safe, except that nothing may run once {@link #close} was called. */
public interface LoadedModel extends AutoCloseable {
    /**
     * Runs the model.
     *
     * @param rows at least 1
     * @param inputs one direct, little-endian buffer per declared input, in order: [rows, columns], row by row, from position 0 to the limit
     * @return one prediction per row; may hold NaN and infinities
     * @throws io.millrace.gate.Refusal MODEL_FAILED
     */
    double[] run(int rows, List<ByteBuffer> inputs);

    @Override
    void close();
}
