package io.millrace.inference.contracts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.app.payload.Classifications.Found;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The classifications that stand in an ODCS document: {@code schema[].properties[].classification}, those of nested properties by their path. */
final class ContractFields {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ContractFields() {}

    static Found read(String contract) {
        try {
            var fields = new HashMap<String, Set<String>>();
            JsonNode schema = JSON.readTree(contract).path("schema");
            if (!schema.isArray()) {
                return new Found.Unknown("the contract has no schema");
            }
            for (JsonNode table : schema) {
                read(table.path("properties"), "name", "", fields);
                read(table.path("properties"), "physicalName", "", fields);
            }
            return new Found.Fields(fields.entrySet().stream()
                    .collect(Collectors.toUnmodifiableMap(
                            Map.Entry::getKey, each -> String.join("+", each.getValue()))));
        } catch (JsonProcessingException e) {
            return new Found.Unknown("the contract cannot be read");
        }
    }

    /**
     * Takes what lies below each other by the names, or by the physical names where there are such. A field that is described twice and classified differently has both
     * classifications, which together are none that a setting names.
     */
    private static void read(JsonNode properties, String key, String prefix, Map<String, Set<String>> fields) {
        for (JsonNode property : properties) {
            String name = property.path(key).asText(property.path("name").asText(""));
            if (!name.isEmpty()) {
                Set<String> classifications = fields.computeIfAbsent(prefix + name, _ -> new TreeSet<>());
                String classification = property.path("classification").asText("");
                if (!classification.isEmpty()) {
                    classifications.add(classification);
                }
                read(property.path("properties"), key, prefix + name + ".", fields);
            }
        }
    }
}
