package io.millrace.registry.rest;

import io.millrace.registry.app.DataProducts;
import io.millrace.registry.app.RevisionStore;
import io.millrace.registry.domain.ProductId;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Data products: register, get, list, search. A read that Postgres could not confirm has the header {@code Age}. */
@Path("/v1")
@Tag(name = "data products")
@Produces({MediaType.APPLICATION_JSON, "application/yaml", "text/yaml", "application/x-yaml"})
@RunOnVirtualThread
public class DataProductsResource {
    private final DataProducts products;
    private final Answers answers;

    public DataProductsResource(DataProducts products, Answers answers) {
        this.products = products;
        this.answers = answers;
    }

    @POST
    @Path("/data-products")
    @Consumes({
        MediaType.APPLICATION_JSON,
        "application/yaml",
        "text/yaml",
        "application/x-yaml",
        "text/x-yaml",
        MediaType.TEXT_PLAIN
    })
    @Operation(summary = "Register a contract: an ODCS v3.1 document or the plain data-product form")
    @APIResponse(
            responseCode = "201",
            description = "a new revision",
            content = @Content(schema = @Schema(implementation = DataProductJson.class)))
    @APIResponse(
            responseCode = "200",
            description = "this content was the current revision already; or, with dry_run, what would be done")
    @APIResponse(responseCode = "400", description = "every fault with its path and line")
    @APIResponse(responseCode = "503", description = "Postgres is away")
    public Response register(
            byte[] body,
            @RestQuery @DefaultValue("body") String path,
            @RestQuery("dry_run") boolean dryRun,
            @Context HttpHeaders headers) {
        if (dryRun) {
            return answers.status(200, headers, PlannedJson.of(products.plan(path, Bodies.text(body))));
        }
        RevisionStore.Registration registration = products.register(path, Bodies.text(body));
        return answers.status(
                registration.created() ? 201 : 200,
                headers,
                DataProductJson.of(registration.revision(), registration.created()));
    }

    @GET
    @Path("/data-products")
    @Operation(summary = "Current revisions by domain, then name")
    @APIResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(implementation = DataProductJson.Page.class)))
    public Response list(
            @RestQuery @DefaultValue("") String domain,
            @RestQuery("page_size") @DefaultValue("0") String pageSize,
            @RestQuery("page_token") @DefaultValue("") String pageToken,
            @Context HttpHeaders headers) {
        return answers.ok(
                headers,
                products.list(domain, Numbers.whole("page_size", pageSize), pageToken)
                        .map(DataProductJson.Page::of));
    }

    @GET
    @Path("/search")
    @Operation(summary = "Current revisions whose name, description, tags or columns have all words, best first")
    @APIResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(implementation = DataProductJson.Page.class)))
    public Response search(
            @RestQuery @DefaultValue("") String q,
            @RestQuery("page_size") @DefaultValue("0") String pageSize,
            @RestQuery("page_token") @DefaultValue("") String pageToken,
            @Context HttpHeaders headers) {
        return answers.ok(
                headers,
                products.search(q, Numbers.whole("page_size", pageSize), pageToken)
                        .map(DataProductJson.Page::of));
    }

    @GET
    @Path("/data-products/{domain}/{name}")
    @Operation(summary = "One revision: the current one, one by number, or the newest with a contract version")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = DataProductJson.class)))
    @APIResponse(responseCode = "404", description = "no such product or revision")
    public Response get(
            @RestPath String domain,
            @RestPath String name,
            @RestQuery @DefaultValue("0") String revision,
            @RestQuery @DefaultValue("") String version,
            @Context HttpHeaders headers) {
        ProductId product = DataProducts.product(domain, name);
        return answers.ok(
                headers,
                products.get(product, Numbers.whole("revision", revision), version)
                        .map(found -> DataProductJson.of(found, null)));
    }

    @GET
    @Path("/data-products/{domain}/{name}/revisions")
    @Operation(summary = "All revisions, newest first, without their contracts")
    @APIResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(implementation = DataProductJson.Revisions.class)))
    public Response revisions(@RestPath String domain, @RestPath String name, @Context HttpHeaders headers) {
        return answers.ok(
                headers,
                products.revisions(DataProducts.product(domain, name))
                        .map(revisions -> new DataProductJson.Revisions(
                                domain,
                                name,
                                revisions.stream()
                                        .map(DataProductJson.Revision::of)
                                        .toList())));
    }
}
