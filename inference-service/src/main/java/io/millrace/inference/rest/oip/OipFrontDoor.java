package io.millrace.inference.rest.oip;

import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.LoopLoad;
import io.millrace.inference.app.Admission;
import io.millrace.inference.app.infer.Inference;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;

/**
 * Refuses calls for inference before anything is made of them: while the queue of their model is full, or the event loop that serves their connection is behind. The answer is there already, in
 * the protocol's form.
 */
@ApplicationScoped
public class OipFrontDoor {
    /** Before the resources. */
    private static final int ORDER = 100;

    private final Inference inference;
    private final InferenceMetrics metrics;
    private final LoopLoad loops;

    public OipFrontDoor(Inference inference, InferenceConfig config, InferenceMetrics metrics) {
        this.inference = inference;
        this.metrics = metrics;
        this.loops = new LoopLoad(config.predict().eventLoopDelay());
    }

    void open(@Observes Router router) {
        Buffer full = body(Inference.FULL);
        Buffer behind = body(Admission.busy("the service is overloaded"));
        for (String path : new String[] {"/v2/models/:model/infer", "/v2/models/:model/versions/:version/infer"}) {
            router.route(HttpMethod.POST, path).order(ORDER).handler(routing -> {
                if (loops.refuses()) {
                    refuse(routing, behind);
                } else if (inference.refuses(
                        routing.pathParam("model"), Optional.ofNullable(routing.pathParam("version")))) {
                    refuse(routing, full);
                } else {
                    routing.next();
                }
            });
        }
    }

    private void refuse(RoutingContext routing, Buffer body) {
        metrics.shed();
        routing.response()
                .setStatusCode(503)
                .putHeader("Content-Type", "application/json")
                .putHeader("Content-Encoding", "identity")
                .putHeader("Retry-After", Long.toString(Math.max(1, Admission.RETRY_AFTER.toSeconds())))
                .end(body);
        // Whoever sends a large body reads the answer when it is sent.
        routing.request().resume();
    }

    private static Buffer body(Refusal refusal) {
        return Buffer.buffer("{\"error\":\"" + refusal.getMessage() + "\"}");
    }
}
