package io.millrace.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.backing.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each alert is silent while all is well and fires when it is not: Prometheus' own tool evaluates it over series that are written down. */
class AlertsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path rules = Chart.path().resolve("alerts.yaml");
    private final Path tests = Checkout.root().resolve("helm/src/test/promtool/alerts-test.yaml");

    @TempDir
    private Path folder;

    /** What helm/promtool said: where the tool is, or why it cannot be had. */
    private record Promtool(boolean isThere, String said) {}

    private static Promtool promtool = new Promtool(false, "");

    /** May fetch it: once for all. */
    @BeforeAll
    static void find() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Checkout.root().resolve("helm/promtool").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        promtool = new Promtool(process.waitFor() == 0, said);
    }

    @BeforeEach
    void copyBoth() throws IOException {
        JsonNode bare = read(rules);
        bare.findParents("annotations").forEach(rule -> ((ObjectNode) rule).remove("annotations"));
        Files.writeString(folder.resolve("alerts.yaml"), JSON.writeValueAsString(bare));
        Files.copy(tests, folder.resolve("alerts-test.yaml"));
    }

    @Test
    void eachAlertHasACaseInWhichItIsSilentAndOneInWhichItFires() throws IOException {
        var alerts = new TreeSet<>(read(rules).findValuesAsText("alert"));
        var silent = new TreeSet<String>();
        var firing = new TreeSet<String>();
        for (JsonNode expected : cases().toList()) {
            (expected.path("exp_alerts").isEmpty() ? silent : firing)
                    .add(expected.path("alertname").asText());
        }
        assertThat(silent).isEqualTo(alerts);
        assertThat(firing).isEqualTo(alerts);
    }

    @Test
    void theRulesAndTheTextsOfTheirAnnotationsAreSound() throws IOException, InterruptedException {
        assertThat(run("check", "rules", rules.toString())).contains("SUCCESS");
    }

    @Test
    void eachAlertFiresWhenItShould() throws IOException, InterruptedException {
        assertThat(run("test", "rules", "alerts-test.yaml")).contains("SUCCESS");
    }

    private Stream<JsonNode> cases() throws IOException {
        return StreamSupport.stream(read(tests).path("tests").spliterator(), false)
                .flatMap(test ->
                        StreamSupport.stream(test.path("alert_rule_test").spliterator(), false));
    }

    private static JsonNode read(Path yaml) throws IOException {
        return JSON.valueToTree(Values.read(Files.readString(yaml)));
    }

    /** What it says where it ends well. */
    private String run(String... arguments) throws IOException, InterruptedException {
        assumeTrue(promtool.isThere(), promtool.said());
        var command = Stream.concat(Stream.of(promtool.said()), Arrays.stream(arguments))
                .toList();
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
