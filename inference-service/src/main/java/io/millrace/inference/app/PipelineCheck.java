package io.millrace.inference.app;

import io.millrace.inference.domain.Pipeline;
import java.util.List;

/** Whether a pipeline and its model fit together, asked before the pipeline is applied. */
public interface PipelineCheck {
    /**
     * The faults, empty where there are none: features or request fields that one of the two names and the other does not, a pipeline that imputes
     * where the model gives no value, a declared version that is refused. A model that is not there yet is no fault: the pipeline
     * is stalled until it appears.
     */
    List<String> check(Pipeline pipeline);
}
