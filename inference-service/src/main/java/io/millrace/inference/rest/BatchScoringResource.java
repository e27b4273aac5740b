package io.millrace.inference.rest;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.batch.BatchScorings;
import io.millrace.inference.app.batch.BatchSpec;
import io.millrace.inference.app.batch.BatchSpec.FileFormat;
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
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Files scored with a pipeline: start one, fetch what was written. Progress and cancel are those of its job. */
@Path("/v1/batch-scorings")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class BatchScoringResource {
    private final BatchScorings scorings;

    public BatchScoringResource(BatchScorings scorings) {
        this.scorings = scorings;
    }

    /**
     * What is asked for; names as in StartBatchScoring.
     *
     * @param csv rows as the text of a CSV file with a header
     * @param import_path a file of the import folder
     * @param row_format {@code parquet} or {@code csv}, of the import file
     * @param format {@code parquet} or {@code csv}
     */
    @RegisterForReflection
    public record Start(
            @Nullable String pipeline,
            @Nullable String csv,
            @Nullable String import_path,
            @Nullable String row_format,
            @Nullable String as_of_column,
            @Nullable String column_prefix,
            @Nullable String format) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Starts a job that scores a file")
    public JobJson start(@Nullable Start request) {
        if (request == null || request.pipeline() == null) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "'pipeline' is missing");
        }
        return JobJson.of(scorings.start(new BatchSpec(
                request.pipeline(),
                rows(request),
                Optional.ofNullable(request.as_of_column()),
                request.column_prefix() == null ? "" : request.column_prefix(),
                chosen(request.format(), "format").orElse(FileFormat.PARQUET))));
    }

    @GET
    @Path("/{job}/file")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(summary = "The file of a job that is done")
    public Response file(@RestPath String job) {
        return Response.ok(scorings.file(job).toFile()).build();
    }

    private static BatchSpec.Rows rows(Start request) {
        if (request.import_path() != null) {
            return new BatchSpec.Rows.Import(request.import_path(), chosen(request.row_format(), "row_format"));
        }
        if (request.csv() == null) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST, "no rows are given: 'csv' (text) or 'import_path' (a file)");
        }
        return new BatchSpec.Rows.Inline(request.csv().getBytes(StandardCharsets.UTF_8), FileFormat.CSV);
    }

    private static Optional<FileFormat> chosen(@Nullable String text, String field) {
        if (text == null) {
            return Optional.empty();
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "parquet" -> Optional.of(FileFormat.PARQUET);
            case "csv" -> Optional.of(FileFormat.CSV);
            default -> throw new Refusal(InferenceReason.INVALID_REQUEST, "'" + field + "' must be parquet or csv");
        };
    }
}
