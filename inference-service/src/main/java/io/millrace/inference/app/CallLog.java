package io.millrace.inference.app;

import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where calls are logged with their answers. Thread-safe; never waits and never throws: what cannot be kept is counted and dropped. */
public interface CallLog {
    /** Logs nothing. */
    CallLog NONE = new CallLog() {
        @Override
        public boolean wants(String name) {
            return false;
        }

        @Override
        public void predicted(Prediction call) {}

        @Override
        public void inferred(Inferring call) {}
    };

    /** Whether any call of this model or pipeline is logged at all. */
    boolean wants(String name);

    void predicted(Prediction call);

    void inferred(Inferring call);

    /**
     * A pipeline was asked.
     *
     * @param id the caller's; empty where there is none
     * @param answer null where the call was refused
     * @param status OK, or the name of the reason
     */
    record Prediction(
            Pipeline pipeline,
            String id,
            List<ScoreRow> rows,
            Predictions.@Nullable Answer answer,
            String status,
            long nanos) {}

    /**
     * A model, an ensemble or a deployment was asked with tensors. The tensors may lie in what is used for other calls once this one is answered.
     *
     * @param version that ran; empty where the call was refused
     * @param outputs none where the call was refused
     * @param parameters that the answer gives beside the request's, such as the arm of a deployment
     */
    record Inferring(
            String model,
            String version,
            String id,
            List<Tensor> inputs,
            List<Tensor> outputs,
            Map<String, Object> parameters,
            String status,
            long nanos) {}
}
