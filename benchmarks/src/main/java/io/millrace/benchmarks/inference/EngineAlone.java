package io.millrace.benchmarks.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Random;
import org.HdrHistogram.Histogram;

/** ONNX Runtime called in this process, without anything around it: one thread, a direct buffer in, a number out. */
final class EngineAlone {
    private EngineAlone() {}

    /** The median of so many runs, after as many that are not counted, in microseconds. */
    static double p50Micros(BenchModel model, int rows, int runs) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        ByteBuffer data =
                ByteBuffer.allocateDirect(rows * model.columns() * Float.BYTES).order(ByteOrder.nativeOrder());
        data.put(model.rows(rows, new Random(3))).flip();
        var times = new Histogram(3);
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            try (OrtSession session = environment.createSession(model.onnx(), options)) {
                for (int run = 0; run < 2 * runs; run++) {
                    long begun = System.nanoTime();
                    once(environment, session, data, new long[] {rows, model.columns()});
                    if (run >= runs) {
                        times.recordValue(System.nanoTime() - begun);
                    }
                }
            }
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
        return times.getValueAtPercentile(50) / 1e3;
    }

    private static void once(OrtEnvironment environment, OrtSession session, ByteBuffer data, long[] shape)
            throws OrtException {
        try (OnnxTensor input = OnnxTensor.createTensor(environment, data.asFloatBuffer(), shape);
                OrtSession.Result result = session.run(Map.of(BenchModel.INPUT, input))) {
            float first = ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
            if (Float.isNaN(first)) {
                throw new IllegalStateException("not a number");
            }
        }
    }
}
