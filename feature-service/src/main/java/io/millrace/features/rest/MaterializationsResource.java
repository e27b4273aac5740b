package io.millrace.features.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.batch.Materialization;
import io.millrace.features.app.batch.Materializations;
import io.millrace.features.app.batch.Span;
import io.millrace.features.app.batch.TimeRange;
import io.millrace.features.domain.Coercion;
import io.millrace.gate.Refusal;
import io.millrace.jobs.Job;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Materialises batch sources. */
@Path("/v1/materializations")
@Produces(MediaType.APPLICATION_JSON)
public class MaterializationsResource {
    private final Materializations materializations;

    public MaterializationsResource(Materializations materializations) {
        this.materializations = materializations;
    }

    /**
     * A job; {@code /v1/jobs} shows it as well.
     *
     * @param expected null where nobody knows
     * @param rows_per_second of this run; 0 where it has done nothing yet
     * @param eta_seconds how long it still takes at that rate; null where that is not known
     * @param first_rejected number and fault of the first row that could not be used; empty where all could
     */
    @RegisterForReflection
    public record Materialized(
            String id,
            String view,
            String state,
            long read,
            long written,
            long rejected,
            long passed_over,
            @Nullable Long expected,
            double rows_per_second,
            @Nullable Long eta_seconds,
            String first_rejected,
            String message) {}

    @RegisterForReflection
    public record Listed(List<Materialized> materializations) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            summary = "Begins to bring the rows of a view's batch source into the stores",
            description =
                    "Body: {\"view\": \"view\" or \"view@version\", \"from\": RFC 3339, \"to\": RFC 3339} (both inclusive, either may be left out), or {\"view\": .., \"incremental\":"
                            + " true, \"to\": ..}: from the last end, the first time from now less the view's ttl. Where nothing came since, the job that got there.")
    public Materialized start(@Nullable JsonNode body) {
        if (body == null || !body.path("view").isTextual()) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, "'view' (text) is needed");
        }
        String view = body.path("view").textValue();
        long to = instant(body, "to", Long.MAX_VALUE);
        Span span = body.path("incremental").asBoolean()
                ? new Span.SinceLastEnd(to, Optional.empty())
                : new Span.Within(new TimeRange(instant(body, "from", Long.MIN_VALUE), to));
        return json(materializations.start(List.of(view), span).getFirst());
    }

    @GET
    @RunOnVirtualThread
    @Operation(summary = "Lists all materialisations, the oldest first")
    public Listed list() {
        return new Listed(materializations.list().stream()
                .map(MaterializationsResource::json)
                .toList());
    }

    @GET
    @Path("/{id}")
    @RunOnVirtualThread
    @Operation(summary = "Says how far a materialisation is")
    public Materialized get(@RestPath String id) {
        return json(materializations.find(id));
    }

    @DELETE
    @Path("/{id}")
    @RunOnVirtualThread
    @Operation(summary = "Ends a materialisation; rows that were written stay")
    public Materialized cancel(@RestPath String id) {
        return json(materializations.cancel(id));
    }

    private static long instant(JsonNode body, String field, long otherwise) {
        if (body.path(field).isMissingNode() || body.path(field).isNull()) {
            return otherwise;
        }
        return Coercion.micros(body.path(field).asText())
                .orElseThrow(() -> new Refusal(
                        FeatureReason.MALFORMED_REQUEST,
                        "'" + field + "' must be an RFC 3339 instant, was " + body.path(field)));
    }

    private static Materialized json(Materialization materialization) {
        Job job = materialization.job();
        return new Materialized(
                job.id(),
                materialization.view().toString(),
                job.state().name().toLowerCase(Locale.ROOT),
                materialization.counts().read(),
                materialization.counts().written(),
                materialization.counts().rejected(),
                materialization.counts().passedOver(),
                job.expected() == Job.UNKNOWN ? null : job.expected(),
                job.rowsPerSecond(),
                job.remaining().map(Duration::toSeconds).orElse(null),
                materialization.firstRejected(),
                job.message());
    }
}
