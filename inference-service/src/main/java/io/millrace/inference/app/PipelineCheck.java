package io.millrace.inference.app;

import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ServedFeatures;
import java.util.List;

/** Whether a pipeline and its model fit together, asked before the pipeline is applied. */
public interface PipelineCheck {
    /**
     * The faults, empty where there are none: features or request fields that one of the two names and the other does not, a pipeline that imputes
     * where the model gives no value, a declared version that is refused. A model that is not there yet is no fault: the pipeline
     * is stalled until it appears. A feature service that does not exist is one, and one whose features or join keys do not fit.
     *
     * @param all definitions as they will be, this one among them
     * @param planned feature services as they will be; where there are none, those that feature-service has count
     * @throws io.millrace.gate.Refusal FEATURES_UNAVAILABLE and its kin where feature-service had to be asked and did not answer
     */
    List<String> check(Pipeline pipeline, Definitions all, List<ServedFeatures> planned);
}
