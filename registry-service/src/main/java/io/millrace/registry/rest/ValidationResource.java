package io.millrace.registry.rest;

import io.millrace.gate.GateReason;
import io.millrace.gate.Refusal;
import io.millrace.registry.app.Answer;
import io.millrace.registry.app.DataProducts;
import io.millrace.registry.app.RowFormat;
import io.millrace.registry.app.RowValidation;
import io.millrace.registry.domain.ContractRevision;
import io.millrace.registry.domain.DataContract;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.PartType;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/** Checks rows against a contract. A violation is an answer, not an error. */
@Path("/v1")
@Tag(name = "validation")
@Produces({MediaType.APPLICATION_JSON, "application/yaml", "text/yaml", "application/x-yaml"})
@RunOnVirtualThread
public class ValidationResource {
    private final DataProducts products;
    private final RowValidation validation;
    private final Answers answers;

    public ValidationResource(DataProducts products, RowValidation validation, Answers answers) {
        this.products = products;
        this.validation = validation;
        this.answers = answers;
    }

    @POST
    @Path("/data-products/{domain}/{name}/validate")
    @Consumes({
        MediaType.APPLICATION_JSON,
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "text/csv",
        "application/vnd.apache.parquet",
        "application/parquet",
        "application/x-parquet"
    })
    @Operation(
            summary = "Check rows (JSON array, {schema, rows}, NDJSON, CSV or Parquet) against a registered contract")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = ReportJson.class)))
    @APIResponse(responseCode = "400", description = "the rows are not of the format that they are sent as")
    public Response validateRegistered(
            @RestPath String domain,
            @RestPath String name,
            @RestQuery @DefaultValue("0") String revision,
            @RestQuery @DefaultValue("") String version,
            @RestQuery @DefaultValue("") String schema,
            byte[] body,
            @Context HttpHeaders headers) {
        RowFormat format = Bodies.format(headers.getHeaderString(HttpHeaders.CONTENT_TYPE));
        Answer<ContractRevision> found =
                products.get(DataProducts.product(domain, name), Numbers.whole("revision", revision), version);
        DataContract contract = validation.contract(found.value());
        String object = schema;
        byte[] rows = body;
        if (format == RowFormat.JSON && Bodies.isEnvelope(body)) {
            Map<String, byte[]> fields = Bodies.fields(body);
            object = schema.isEmpty() ? textOf(fields, "schema").orElse("") : schema;
            rows = field(fields, "rows");
        }
        ReportJson report = ReportJson.of(validation.validate(contract, object, format, rows));
        return answers.ok(headers, new Answer<>(report, found.cacheAge()));
    }

    @POST
    @Path("/validate")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Check rows against a contract that is sent along: {contract, schema?, rows}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = ReportJson.class)))
    public Response validateJson(byte[] body, @Context HttpHeaders headers) {
        Map<String, byte[]> fields = Bodies.fields(body);
        DataContract contract = validation.contract(textOf(fields, "contract").orElseThrow(() -> missing("contract")));
        return answers.status(
                200,
                headers,
                ReportJson.of(validation.validate(
                        contract, textOf(fields, "schema").orElse(""), RowFormat.JSON, field(fields, "rows"))));
    }

    @POST
    @Path("/validate")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(
            summary = "Check rows against a contract that is sent along, as parts: contract, schema (optional), rows")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = ReportJson.class)))
    public Response validateParts(
            @RestForm("contract") @Nullable FileUpload contractFile,
            @RestForm("contract") @PartType(MediaType.TEXT_PLAIN) @Nullable String contractText,
            @RestForm @PartType(MediaType.TEXT_PLAIN) @Nullable String schema,
            @RestForm("rows") @Nullable FileUpload rows,
            @Context HttpHeaders headers) {
        if (rows == null) {
            throw missing("rows");
        }
        String document = contractFile != null ? Bodies.text(bytes(contractFile)) : contractText;
        if (document == null) {
            throw missing("contract");
        }
        RowFormat format = Bodies.format(rows.contentType());
        return answers.status(
                200,
                headers,
                ReportJson.of(validation.validate(
                        validation.contract(document), schema == null ? "" : schema, format, bytes(rows))));
    }

    private static byte[] bytes(FileUpload part) {
        try {
            return Files.readAllBytes(part.uploadedFile());
        } catch (IOException e) {
            throw new UncheckedIOException("an uploaded part could not be read", e);
        }
    }

    private static byte[] field(Map<String, byte[]> fields, String name) {
        return Optional.ofNullable(fields.get(name)).orElseThrow(() -> missing(name));
    }

    private static Optional<String> textOf(Map<String, byte[]> fields, String name) {
        return Optional.ofNullable(fields.get(name)).map(Bodies::textOf);
    }

    private static Refusal missing(String name) {
        return new Refusal(GateReason.MALFORMED_REQUEST, "'" + name + "' is missing");
    }
}
