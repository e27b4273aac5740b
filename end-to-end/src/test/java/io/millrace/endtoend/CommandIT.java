package io.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.endtoend.Millrace.Answer;
import io.millrace.local.platform.RunState;
import io.millrace.local.platform.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code ./millrace} as a user meets it. */
class CommandIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void aPlatformIsStartedShownGivenDefinitionsAndEnded() throws Exception {
        var millrace = Millrace.in("end-to-end-command", "data");
        try {
            Answer up = millrace.run("up", "--port-base", base(millrace));
            assertThat(up.exitCode()).as(up.text()).isZero();
            for (Service service : Service.values()) {
                assertThat(up.lines())
                        .anyMatch(line -> line.contains(service.module())
                                && line.contains(":" + millrace.ports().rest(service) + " ")
                                && line.contains("ready after"));
            }
            showsEveryService(millrace);
            plansEveryKindOfDefinition(millrace);
            appliesTheExampleAndThenFindsNothingToChange(millrace);
            movesAPausedPipeline(millrace);
            refusesABrokenFolderByFileAndLine(millrace);
            saysWhichDeploymentsThereAre(millrace);
            new FeatureCommands(millrace).eachDoesWhatItSays();
            new ScoreCommands(millrace).scoresAFileAsOnlineCallsAsOfItsInstants();
            leavesThePlatformAloneWhenAnotherIsAskedFor(millrace);

            assertThat(millrace.processes()).isNotEmpty();
            Answer down = millrace.run("down");
            assertThat(down.exitCode()).as(down.text()).isZero();
            assertThat(down.lines()).containsExactly("The platform has stopped");
            assertNothingRuns(millrace);
            assertThat(millrace.run("status").exitCode()).isEqualTo(1);
        } finally {
            millrace.run("down");
        }
    }

    private static void showsEveryService(Millrace millrace) throws InterruptedException {
        Answer status = millrace.run("status");
        assertThat(status.exitCode()).as(status.text()).isZero();
        for (Service service : Service.values()) {
            assertThat(status.lines())
                    .anyMatch(line -> line.strip().startsWith(service.module())
                            && line.contains("pid ")
                            && line.endsWith("ready")
                            && !line.contains("NOT READY"));
        }
        assertThat(status.lines())
                .anyMatch(line -> line.strip().startsWith("kafka ") && line.contains("pid "))
                .anyMatch(line -> line.strip().startsWith("postgres ") && line.contains("pid "));
    }

    private static void plansEveryKindOfDefinition(Millrace millrace) throws InterruptedException {
        Answer plan = millrace.run("plan", "examples/flights");
        assertThat(plan.exitCode()).as(plan.text()).isZero();
        assertThat(plan.lines())
                .anyMatch(line -> line.matches(" +created +topic +flights\\.departures\\.v1"))
                .anyMatch(line -> line.matches(" +created +contract +flights/departures revision 1"))
                .anyMatch(line -> line.matches(" +created +FeatureView +route_delays@v1"))
                .anyMatch(line -> line.matches(" +created +EdgeNode +gate-ord"))
                .anyMatch(line -> line.matches(" +created +pipeline +flight-delay"));
    }

    private static void appliesTheExampleAndThenFindsNothingToChange(Millrace millrace) throws InterruptedException {
        Answer first = millrace.run("apply", "examples/flights");
        assertThat(first.exitCode()).as(first.text()).isZero();
        assertThat(first.lines())
                .anyMatch(line -> line.matches(" +created +topic +flights\\.departures\\.v1"))
                .anyMatch(line -> line.matches(" +created +contract +flights/departures .*"))
                .anyMatch(line -> line.matches(" +created +FeatureView +route_delays@v1"))
                .anyMatch(line -> line.matches(" +created +edge nodes +4 new.*"))
                .anyMatch(line -> line.matches(" +created +pipeline +flight-delay"));
        Answer second = millrace.run("apply", "examples/flights");
        assertThat(second.exitCode()).as(second.text()).isZero();
        assertThat(second.lines()).hasSameSizeAs(first.lines()).allMatch(line -> line.startsWith("  unchanged "));
        Answer plan = millrace.run("plan", "examples/flights");
        assertThat(plan.lines()).isNotEmpty().allMatch(line -> line.startsWith("  unchanged "));
    }

    private static void movesAPausedPipeline(Millrace millrace) throws InterruptedException {
        assertThat(millrace.run("rewind", "flight-delay", "--to", "earliest").text())
                .contains("which runs: pause it");
        assertThat(millrace.run("pause", "flight-delay").exitCode()).isZero();
        assertThat(millrace.run("pipelines").lines())
                .anyMatch(line -> line.matches("flight-delay +paused +lag 0 +flights\\.departures\\.v1"
                        + " -> flights\\.predictions\\.v1, flights\\.alerts\\.v1.*"));
        Answer moved = millrace.run("rewind", "flight-delay", "--to", "2001-01-01T00:00:00Z");
        assertThat(moved.exitCode()).as(moved.text()).isZero();
        assertThat(moved.text()).contains("moved: 0 records are scored again, 0 are skipped");
        assertThat(millrace.run("resume", "flight-delay").exitCode()).isZero();
        Answer gone = millrace.run("replay", "flights.predictions.v1-0-0");
        assertThat(gone.exitCode()).as(gone.text()).isEqualTo(1);
        assertThat(gone.text()).contains("cannot be made again");
    }

    private static void refusesABrokenFolderByFileAndLine(Millrace millrace) throws IOException, InterruptedException {
        Path folder = millrace.layout().home().resolve("broken");
        Path views = Files.createDirectories(folder.resolve("feature-views"));
        Files.writeString(views.resolve("wrong.yaml"), """
            kind: FeatureView
            name: wrong
            version: v1
            entity: {name: user, join_keys: [{name: user_id, type: string, field: user_id}]}
            source: {topic: shop.activity.v1, format: json, timestamp: {field: event_time, unit: rfc3339}}
            ttl: 30 fortnights
            fields: {kind: string}
            features:
              - {name: clicks, type: int64, aggregate: count, window: 24h}
            """);
        Answer refused = millrace.run("apply", folder.toString());
        assertThat(refused.exitCode()).as(refused.text()).isEqualTo(1);
        assertThat(refused.text()).contains(views.resolve("wrong.yaml") + ":6");
    }

    private static void saysWhichDeploymentsThereAre(Millrace millrace) throws InterruptedException {
        Answer none = millrace.run("deployments");
        assertThat(none.exitCode()).as(none.text()).isZero();
        assertThat(none.lines()).containsExactly("no deployment is applied");
        Answer unknown = millrace.run("rollback", "flight-delay");
        assertThat(unknown.exitCode()).as(unknown.text()).isEqualTo(1);
        assertThat(unknown.text()).contains("no deployment is named 'flight-delay'");
        Answer early = millrace.run("plan", "examples/flights/rollout/1-stable");
        assertThat(early.exitCode()).as(early.text()).isEqualTo(1);
        assertThat(early.text()).contains("flight-delay.yaml:3: ", "model 'flight-delay' is not in the repository");
    }

    private static void leavesThePlatformAloneWhenAnotherIsAskedFor(Millrace millrace) throws InterruptedException {
        for (String command : new String[] {"up", "demo"}) {
            Answer refused = millrace.run(command);
            assertThat(refused.exitCode()).as(refused.text()).isEqualTo(3);
            assertThat(refused.text()).contains("runs already");
        }
        assertThat(millrace.run("status").exitCode()).isZero();
    }

    @Test
    void aTakenPortIsNamedInOneLineAndNothingIsLeftRunning() throws Exception {
        var millrace = Millrace.in("end-to-end-command-port", "data");
        int port = millrace.ports().postgres();
        try (var ignored = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            Answer up = millrace.run("up", "--port-base", base(millrace));
            assertThat(up.exitCode()).as(up.text()).isEqualTo(3);
            assertThat(up.lines().stream().filter(line -> line.startsWith("millrace:")))
                    .singleElement()
                    .asString()
                    .contains("Postgres (" + port + ")", "--port-base");
            assertThat(up.lines()).as("progress and that line, no trace").hasSizeLessThanOrEqualTo(2);
        }
        assertNothingRuns(millrace);
    }

    @Test
    void interruptingUpWhileItStartsLeavesNothingRunning() throws Exception {
        interruptedWhileStarting("end-to-end-command-up", "data", "up");
    }

    @Test
    void interruptingADemoWhileItStartsLeavesNothingRunning() throws Exception {
        interruptedWhileStarting("end-to-end-command-demo", "demo-flights", "demo");
    }

    private static void interruptedWhileStarting(String name, String data, String command) throws Exception {
        var millrace = Millrace.in(name, data);
        Process process = millrace.start(command, "--port-base", base(millrace));
        try {
            await("Postgres, Kafka or a service runs")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() ->
                            new RunState(millrace.layout()).processes().alive().size() > Service.values().length);
            Millrace.interrupt(process);
            assertThat(millrace.end(process).exitCode()).as(millrace.said()).isEqualTo(130);
            assertNothingRuns(millrace);
        } finally {
            process.destroyForcibly();
            millrace.run("down");
        }
    }

    private static void assertNothingRuns(Millrace millrace) {
        assertThat(new RunState(millrace.layout()).processes().read()).isEmpty();
        assertThat(millrace.processes()).isEmpty();
    }

    private static String base(Millrace millrace) {
        return String.valueOf(millrace.ports().base());
    }
}
