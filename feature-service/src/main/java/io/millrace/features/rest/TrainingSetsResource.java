package io.millrace.features.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.training.KnownAt;
import io.millrace.features.app.training.TrainingRows.RowFormat;
import io.millrace.features.app.training.TrainingSet;
import io.millrace.features.app.training.TrainingSetSpec;
import io.millrace.features.app.training.TrainingSets;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.gate.Refusal;
import io.millrace.jobs.rest.JobJson;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Training sets: start one, fetch what was made. Progress and cancel are those of its job. */
@Path("/v1/training-sets")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TrainingSetsResource {
    private final TrainingSets sets;
    private final ObjectMapper json;

    public TrainingSetsResource(TrainingSets sets, ObjectMapper json) {
        this.sets = sets;
        this.json = json;
    }

    /** A place in a source's log: the first offset that was not known. */
    @RegisterForReflection
    public record Known(@Nullable String topic_id, int partition, long offset) {}

    /** A query on a database that is configured by name. */
    @RegisterForReflection
    public record Query(
            @Nullable String connection, @Nullable String sql) {}

    /**
     * What is asked for; names as in StartTrainingSet.
     *
     * @param rows a list of objects
     * @param csv rows as the text of a CSV file with a header
     * @param import_path a file of the import folder
     * @param query rows from a configured database
     * @param known_at RFC 3339 or microseconds since the epoch
     * @param expired {@code value} or {@code null}
     * @param format {@code parquet} or {@code csv}
     */
    @RegisterForReflection
    public record Start(
            @Nullable List<String> features,
            @Nullable String feature_service,
            boolean full_feature_names,
            @Nullable JsonNode rows,
            @Nullable String csv,
            @Nullable String import_path,
            @Nullable Query query,
            @Nullable String row_format,
            @Nullable String timestamp_column,
            @Nullable Map<String, String> columns,
            @Nullable JsonNode known_at,
            @Nullable String known_at_column,
            @Nullable List<Known> known_at_positions,
            @Nullable String known_at_positions_column,
            boolean statuses,
            boolean event_times,
            @Nullable String expired,
            @Nullable String format) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Starts a job that makes a training set")
    public JobJson start(@Nullable Start request) {
        if (request == null || (request.features() == null && request.feature_service() == null)) {
            throw new Refusal(
                    FeatureReason.MALFORMED_REQUEST,
                    "'features' is missing: a list of view:feature, or 'feature_service' instead");
        }
        return JobJson.of(sets.start(new TrainingSetSpec(
                request.features() == null ? List.of() : request.features(),
                Optional.ofNullable(request.feature_service()),
                request.full_feature_names(),
                rows(request),
                request.timestamp_column() == null ? "" : request.timestamp_column(),
                request.columns() == null ? Map.of() : request.columns(),
                knownAt(request),
                request.statuses(),
                request.event_times(),
                chosen(TrainingSet.Expired.class, request.expired(), "expired").orElse(TrainingSet.Expired.VALUE),
                chosen(TrainingSet.Format.class, request.format(), "format").orElse(TrainingSet.Format.PARQUET))));
    }

    @GET
    @Path("/{job}/file")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(summary = "The file of a training set that is done")
    public Response file(@RestPath String job) {
        return Response.ok(sets.file(job).toFile()).build();
    }

    private TrainingSetSpec.Rows rows(Start request) {
        if (request.import_path() != null) {
            return new TrainingSetSpec.Rows.Import(
                    request.import_path(), chosen(RowFormat.class, request.row_format(), "row_format"));
        }
        if (request.query() != null) {
            return new TrainingSetSpec.Rows.Query(
                    Objects.requireNonNullElse(request.query().connection(), ""),
                    Objects.requireNonNullElse(request.query().sql(), ""));
        }
        if (request.csv() != null) {
            return new TrainingSetSpec.Rows.Inline(request.csv().getBytes(StandardCharsets.UTF_8), RowFormat.CSV);
        }
        if (request.rows() == null || !request.rows().isArray()) {
            throw new Refusal(
                    FeatureReason.EMPTY_REQUEST,
                    "no entity rows are given: 'rows' (a list of objects), 'csv' (text), 'import_path' or 'query'");
        }
        try {
            return new TrainingSetSpec.Rows.Inline(json.writeValueAsBytes(request.rows()), RowFormat.JSON);
        } catch (JsonProcessingException e) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, "the rows cannot be written as JSON", e);
        }
    }

    private static KnownAt knownAt(Start request) {
        if (request.known_at_column() != null) {
            return new KnownAt.Column(request.known_at_column());
        }
        if (request.known_at_positions_column() != null) {
            return new KnownAt.PositionsColumn(request.known_at_positions_column());
        }
        if (request.known_at_positions() != null) {
            var next = new HashMap<SourcePartition, Long>();
            for (Known known : request.known_at_positions()) {
                if (known == null || known.topic_id() == null) {
                    throw new Refusal(FeatureReason.MALFORMED_REQUEST, "a known position needs its topic_id");
                }
                next.put(new SourcePartition("", known.topic_id(), known.partition()), known.offset());
            }
            return new KnownAt.Positions(next);
        }
        if (request.known_at() != null && !request.known_at().isNull()) {
            return new KnownAt.At(
                    JsonValues.instants(request.known_at(), "known_at").getFirst());
        }
        return new KnownAt.Today();
    }

    private static <E extends Enum<E>> Optional<E> chosen(Class<E> type, @Nullable String text, String field) {
        if (text == null) {
            return Optional.empty();
        }
        for (E each : type.getEnumConstants()) {
            if (each.name().equals(text.toUpperCase(Locale.ROOT))) {
                return Optional.of(each);
            }
        }
        throw new Refusal(
                FeatureReason.MALFORMED_REQUEST,
                "'" + field + "' must be one of "
                        + List.of(type.getEnumConstants()).toString().toLowerCase(Locale.ROOT));
    }
}
