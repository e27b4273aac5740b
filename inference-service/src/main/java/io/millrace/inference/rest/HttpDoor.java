package io.millrace.inference.rest;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Admission;
import io.millrace.inference.app.Admission.Stay;
import io.millrace.inference.app.Caller;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;

/**
 * The door of HTTP for calls that run models. It is passed on the event loop, before the body is read and a thread is taken; from then on it is noticed when the caller closes the connection. Filters
 * that are bound to methods let their requests in.
 */
@ApplicationScoped
public class HttpDoor {
    private static final String CALLER = HttpCaller.class.getName();

    private final Admission admission;
    private final InferenceMetrics metrics;

    public HttpDoor(Admission admission, InferenceMetrics metrics) {
        this.admission = admission;
        this.metrics = metrics;
    }

    /**
     * Lets a request in until it is answered, or its connection is closed.
     *
     * @throws Refusal BUSY
     */
    public void admit(RoutingContext routing) {
        Stay stay;
        try {
            stay = admission.enter();
        } catch (Refusal busy) {
            metrics.shed();
            // Whoever sends a large body reads the answer when it is sent.
            routing.request().resume();
            throw busy;
        }
        var caller = new HttpCaller();
        routing.put(CALLER, caller);
        routing.addEndHandler(_ -> {
            stay.close();
            if (!routing.response().ended()) {
                caller.leave();
            }
        });
    }

    /** Whom a request that was let in is answered to. */
    public static Caller caller(RoutingContext routing) {
        return Objects.requireNonNull(routing.<HttpCaller>get(CALLER), "the request was let in");
    }
}
