package io.millrace.registry.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.millrace.registry.domain.ContractRevision;
import io.millrace.registry.domain.RevisionSummary;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A data product over REST.
 *
 * @param created in the answer to a registration: whether this content is a new revision
 * @param contract the ODCS document
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DataProductJson(
        String domain,
        String name,
        int revision,
        @JsonProperty("contract_version") String contractVersion,
        String digest,
        @JsonProperty("registered_at") String registeredAt,
        @Nullable Boolean created,
        @Schema(type = SchemaType.OBJECT) @JsonRawValue String contract) {

    static DataProductJson of(ContractRevision revision, @Nullable Boolean created) {
        RevisionSummary summary = revision.summary();
        return new DataProductJson(
                revision.product().domain(),
                revision.product().name(),
                summary.revision(),
                summary.contractVersion(),
                summary.digest(),
                summary.registeredAt().toString(),
                created,
                revision.json());
    }

    /**
     * A page.
     *
     * @param nextPageToken empty on the last page
     */
    @RegisterForReflection
    public record Page(
            @JsonProperty("data_products") List<DataProductJson> dataProducts,
            @JsonProperty("next_page_token") String nextPageToken) {
        static Page of(io.millrace.registry.app.Page<ContractRevision> page) {
            return new Page(
                    page.items().stream()
                            .map(item -> DataProductJson.of(item, null))
                            .toList(),
                    page.nextToken());
        }
    }

    /** The revisions of a product, newest first. */
    @RegisterForReflection
    public record Revisions(String domain, String name, List<Revision> revisions) {}

    /** One revision without its contract. */
    @RegisterForReflection
    public record Revision(
            int revision,
            @JsonProperty("contract_version") String contractVersion,
            String digest,
            @JsonProperty("registered_at") String registeredAt) {
        static Revision of(RevisionSummary summary) {
            return new Revision(
                    summary.revision(),
                    summary.contractVersion(),
                    summary.digest(),
                    summary.registeredAt().toString());
        }
    }
}
