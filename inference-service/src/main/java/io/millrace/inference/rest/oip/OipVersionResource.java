package io.millrace.inference.rest.oip;

import io.millrace.inference.app.infer.Inference;
import io.millrace.inference.app.infer.RepositoryControl;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Path;

/** A version of a model. */
@Path("/v2/models/{model}/versions/{version}")
@RunOnVirtualThread
public class OipVersionResource extends OipModelCalls {
    public OipVersionResource(Inference inference, RepositoryControl repository) {
        super(inference, repository);
    }
}
