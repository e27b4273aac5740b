package io.millrace.inference.rest.oip;

import io.millrace.gate.Refusal;
import io.millrace.inference.rest.HttpDoor;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Lets requests for inference in. */
public class OipDoor {
    private final HttpDoor door;

    public OipDoor(HttpDoor door) {
        this.door = door;
    }

    @BehindTheOipDoor
    @ServerRequestFilter(priority = 500, nonBlocking = true)
    public Optional<Response> admit(RoutingContext routing) {
        try {
            door.admit(routing);
            return Optional.empty();
        } catch (Refusal busy) {
            return Optional.of(OipErrors.refused(busy));
        }
    }
}
