package io.millrace.registry.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.registry.app.DataProducts;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/**
 * What registering a contract would do.
 *
 * @param revision the one that it would be, or is
 * @param fields in which it differs from the current revision
 */
@RegisterForReflection
public record PlannedJson(
        String domain,
        String name,
        int revision,
        @JsonProperty("contract_version") String contractVersion,
        String digest,
        boolean created,
        List<String> fields) {
    static PlannedJson of(DataProducts.Planned planned) {
        return new PlannedJson(
                planned.product().domain(),
                planned.product().name(),
                planned.revision(),
                planned.contractVersion(),
                planned.digest(),
                planned.created(),
                planned.fields());
    }
}
