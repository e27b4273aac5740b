package io.millrace.inference.rest;

import io.vertx.ext.web.RoutingContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Lets requests for predictions in. */
public class PredictionDoor {
    private final HttpDoor door;

    public PredictionDoor(HttpDoor door) {
        this.door = door;
    }

    @BehindTheDoor
    @ServerRequestFilter(priority = 500, nonBlocking = true)
    public void admit(RoutingContext routing) {
        door.admit(routing);
    }
}
