package io.millrace.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.millrace.backing.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dashboards and alerts ask for metrics that the services have, and every metric that a service has is on its dashboard. */
class DashboardsTest {
    private static final Pattern METRIC = Pattern.compile("\\b([a-z]+(?:_[a-z0-9]+)+)\\b(?=\\{|\\[|\\)| |$)");
    private static final Set<String> FUNCTIONS = Set.of("histogram_quantile", "label_replace");

    /** What the framework measures, as its releases name it: seen at /q/metrics of a running service. */
    private static final Set<String> FRAMEWORK = Set.of(
            "http_server_requests_seconds_count",
            "http_server_requests_seconds_sum",
            "grpc_server_processing_duration_seconds_count",
            "grpc_server_processing_duration_seconds_sum",
            "jvm_memory_used_bytes",
            "jvm_memory_max_bytes",
            "jvm_gc_pause_seconds_sum",
            "process_cpu_usage");

    private static final List<String> SERVICES =
            List.of("feature-service", "inference-service", "registry-service", "edge-gateway");

    /** Each service has one of its name; models are inference-service's, too. */
    private static final List<String> DASHBOARDS =
            List.of("feature-service", "inference-service", "models", "registry-service", "edge-gateway");

    @ParameterizedTest
    @ValueSource(strings = {"feature-service", "inference-service", "registry-service", "edge-gateway"})
    void everyMetricThatIsAskedForExists(String service) throws IOException {
        Set<String> names = Telemetry.names(Checkout.root().resolve(service));
        assertThat(queried(expressions(service))).allSatisfy(metric -> assertThat(
                        FRAMEWORK.contains(metric) || names.stream().anyMatch(name -> Telemetry.matches(name, metric)))
                .as("%s of the dashboard of %s, among %s", metric, service, names)
                .isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"feature-service", "inference-service", "registry-service", "edge-gateway"})
    void everyMetricOfTheServiceIsOnItsDashboard(String service) throws IOException {
        Set<String> queried = queried(expressions(service));
        Set<String> names = Telemetry.names(Checkout.root().resolve(service));
        assertThat(names).isNotEmpty();
        assertThat(names).allSatisfy(name -> assertThat(queried)
                .as("a panel for %s", name)
                .anyMatch(metric -> Telemetry.matches(name, metric)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"feature-service", "inference-service", "models", "registry-service", "edge-gateway"})
    void panelsAreSoundAndDoNotOverlap(String service) throws IOException {
        JsonNode dashboard = dashboard(service);
        assertThat(dashboard.path("uid").asText()).isEqualTo("millrace-" + service);
        var ids = new HashSet<Integer>();
        var cells = new HashSet<String>();
        for (JsonNode panel : dashboard.path("panels")) {
            String title = panel.path("title").asText();
            assertThat(ids.add(panel.path("id").asInt())).as("id of %s", title).isTrue();
            JsonNode place = panel.path("gridPos");
            for (int x = place.path("x").asInt();
                    x < place.path("x").asInt() + place.path("w").asInt();
                    x++) {
                for (int y = place.path("y").asInt();
                        y < place.path("y").asInt() + place.path("h").asInt();
                        y++) {
                    assertThat(cells.add(x + "," + y))
                            .as("%s overlaps at %d,%d", title, x, y)
                            .isTrue();
                    assertThat(x).as(title).isLessThan(24);
                }
            }
            if (!panel.path("type").asText().equals("row")) {
                assertThat(panel.path("datasource").path("uid").asText())
                        .as(title)
                        .isEqualTo("${datasource}");
                assertThat(panel.path("description").asText()).as(title).isNotBlank();
                assertThat(panel.path("targets")).as(title).isNotEmpty();
            }
        }
        assertThat(cells).isNotEmpty();
    }

    @Test
    void everyDashboardReachesTheClusterAsItIs() throws IOException {
        Manifests manifests = Chart.render(Chart.GIVEN);
        for (String service : DASHBOARDS) {
            ConfigMap map = manifests.only(ConfigMap.class, "prod-dashboard-" + service);
            assertThat(map.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
            assertThat(new ObjectMapper().readTree(map.getData().get(service + ".json")))
                    .isEqualTo(dashboard(service));
        }
    }

    @Test
    void everyAlertAsksForMetricsThatExistAndSaysWhatToDo() throws IOException {
        var names = new TreeSet<String>();
        SERVICES.forEach(service -> names.addAll(Telemetry.names(Checkout.root().resolve(service))));
        String operations = Files.readString(Checkout.root().resolve("docs/operations.md"));
        for (JsonNode rule : alerts()) {
            String alert = rule.path("alert").asText();
            assertThat(queried(List.of(rule.path("expr").asText())))
                    .allSatisfy(metric -> assertThat(names.stream().anyMatch(name -> Telemetry.matches(name, metric)))
                            .as("%s of %s", metric, alert)
                            .isTrue());
            assertThat(rule.path("labels").path("severity").asText()).as(alert).isIn("critical", "warning");
            assertThat(rule.path("annotations").path("summary").asText())
                    .as(alert)
                    .isNotBlank();
            assertThat(rule.path("annotations").path("description").asText())
                    .as(alert)
                    .isNotBlank();
            assertThat(operations).contains("`" + alert + "`");
        }
    }

    private static List<JsonNode> alerts() throws IOException {
        JsonNode file = new ObjectMapper()
                .valueToTree(Values.read(Files.readString(Chart.path().resolve("alerts.yaml"))));
        var alerts = new ArrayList<JsonNode>();
        file.path("groups").forEach(group -> group.path("rules").forEach(alerts::add));
        assertThat(alerts).isNotEmpty();
        return alerts;
    }

    private static JsonNode dashboard(String service) throws IOException {
        Path file = Chart.path().resolve("dashboards").resolve(service + ".json");
        return new ObjectMapper().readTree(Files.readString(file));
    }

    /** Of all dashboards of a service. */
    private static List<String> expressions(String service) throws IOException {
        var expressions = new ArrayList<String>();
        for (String dashboard : DASHBOARDS) {
            if (dashboard.equals(service) || dashboard.equals("models") && service.equals("inference-service")) {
                dashboard(dashboard).findValues("expr").forEach(each -> expressions.add(each.asText()));
            }
        }
        return expressions;
    }

    private static Set<String> queried(List<String> expressions) {
        var metrics = new TreeSet<String>();
        for (String expression : expressions) {
            // Labels in braces and after by(…) are no metrics.
            String bare = expression.replaceAll("\\{[^}]*}", "{").replaceAll("by ?\\([^)]*\\)", "");
            METRIC.matcher(bare).results().map(match -> match.group(1)).forEach(metrics::add);
        }
        metrics.removeAll(FUNCTIONS);
        return metrics;
    }
}
