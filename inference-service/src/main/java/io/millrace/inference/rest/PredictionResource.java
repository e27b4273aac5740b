package io.millrace.inference.rest;

import io.millrace.inference.app.Predictions;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Predictions over REST. */
@Path("/v1/pipelines/{name}/predict")
@RunOnVirtualThread
public class PredictionResource {
    private final Predictions predictions;

    public PredictionResource(Predictions predictions) {
        this.predictions = predictions;
    }

    /**
     * Scores the rows of the body, all or none; see {@link PredictionBody} for its form. Safe to retry.
     *
     * @param explain what each column contributed to each prediction: {@code true} for all, a number for so many of the largest; the same as in the body
     */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @BehindTheDoor
    public PredictionAnswer predict(
            @PathParam("name") String name,
            @QueryParam("explain") @Nullable String explain,
            @Context RoutingContext routing,
            InputStream body)
            throws IOException {
        PredictionBody request = PredictionBody.read(body);
        return PredictionAnswer.of(
                predictions.predict(
                        name,
                        request.rows(),
                        request.complete(),
                        Optional.empty(),
                        HttpDoor.caller(routing),
                        request.id(),
                        explain == null ? request.contributions() : ExplainOption.of(explain)),
                request.id());
    }
}
