package io.millrace.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the chart refuses, and that its values and their schema speak of the same keys. */
class SchemaTest {
    @TempDir
    Path scratch;

    @Test
    void theChartPassesTheStrictLinter() {
        var result = Chart.lint(scratch, Chart.GIVEN);
        assertThat(result.getMessages()).noneMatch(message -> message.contains("[ERROR]"));
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    }

    @Test
    void theChartDoesNotInstallWithoutABroker() {
        assertThatThrownBy(() -> Chart.render("postgres: {url: \"jdbc:postgresql://p:5432/m\", secretName: s}"))
                .hasMessageContaining("bootstrapServers");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "kafka: {bootstrapServer: 'k:9092'}                                 | bootstrapServer",
                "kafka: {bootstrapServers: k}                                       | bootstrapServers",
                "edgeGateway: {config: {quarkus.datasource.password: x}}            | password",
                "edgeGateway: {config: {millrace.edge.cycle.interval: 30}}          | interval",
                "postgres: {url: 'jdbc:postgresql://u:p@h:5432/d'}                  | postgres/url",
                "postgres: {url: 'jdbc:postgresql://h:5432/d?password=x'}           | postgres/url",
                "postgres: {password: x}                                            | password",
                "redis: {url: 'redis://:secret@redis:6379'}                         | redis/url",
                "featureService: {onlineStore: {kind: memcached}}                   | kind",
                "featureService: {replicas: 0}                                      | replicas",
                "inferenceService: {replicas: many}                                 | replicas",
                "registryService: {env: [{name: X}]}                                | env",
                "registryService: {env: [{name: QUARKUS_DATASOURCE_PASSWORD, value: x}]} | valueFrom",
                "registryService: {env: [{name: api_token, value: x}]}              | valueFrom",
                "registryService: {resources: {limits: {memory: lots}}}             | memory",
                "edgeGateway: {replicas: 2}                                         | replicas",
                "edgeGateway: {nodeCidrs: [everywhere]}                             | nodeCidrs",
                "pod: {runAsUser: 0}                                                | runAsUser",
                "pod: {terminationGracePeriodSeconds: 1}                            | terminationGracePeriodSeconds",
                "image: {tag: 'a b'}                                                | tag",
                "traces: {endpoint: collector}                                      | endpoint",
                "networkPolicy: {callers: [{}]}                                     | callers",
                "monitoring: {serviceMonitor: {interval: often}}                    | interval",
            })
    void aWrongValueIsRefusedByName(String values, String named) {
        assertThatThrownBy(() -> Chart.render(Chart.GIVEN, values)).hasMessageContaining(named);
    }

    @Test
    void theValuesAndTheirSchemaSpeakOfTheSameKeys() throws IOException {
        JsonNode schema =
                new ObjectMapper().readTree(Files.readString(Chart.path().resolve("values.schema.json")));
        var values = Values.read(Files.readString(Chart.path().resolve("values.yaml")));
        var inSchema = new ArrayList<String>();
        schemaKeys("", schema, schema, inSchema);
        // Helm itself hands `global` to every chart.
        inSchema.remove("global");
        var inValues = new ArrayList<String>();
        valueKeys("", values, inSchema, inValues);
        assertThat(inValues).containsExactlyInAnyOrderElementsOf(inSchema);
    }

    /** Every property of a closed object; an open one (labels, selectors) is one key. */
    private static void schemaKeys(String path, JsonNode node, JsonNode root, List<String> keys) {
        JsonNode resolved =
                node.has("$ref") ? root.at(node.path("$ref").asText().substring(1)) : node;
        boolean closed = resolved.path("additionalProperties").isBoolean()
                && !resolved.path("additionalProperties").asBoolean()
                && !resolved.has("minProperties");
        if (!path.isEmpty()) {
            keys.add(path);
        }
        if (closed) {
            resolved.path("properties")
                    .properties()
                    .forEach(property -> schemaKeys(
                            path.isEmpty() ? property.getKey() : path + "." + property.getKey(),
                            property.getValue(),
                            root,
                            keys));
        }
    }

    private static void valueKeys(String path, Map<String, Object> values, List<String> inSchema, List<String> keys) {
        values.forEach((key, value) -> {
            String name = path.isEmpty() ? key : path + "." + key;
            keys.add(name);
            boolean divided = inSchema.stream().anyMatch(other -> other.startsWith(name + "."));
            if (value instanceof Map && divided) {
                valueKeys(name, Values.map(value), inSchema, keys);
            }
        });
    }
}
