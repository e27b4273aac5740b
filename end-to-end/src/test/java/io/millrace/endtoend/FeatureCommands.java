package io.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.endtoend.Millrace.Answer;
import io.millrace.local.platform.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The commands of the feature store, each once, on a running platform and a table of three rows. */
final class FeatureCommands {
    private static final String VIEW = "cli_spend";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Millrace millrace;
    private final Path home;

    FeatureCommands(Millrace millrace) {
        this.millrace = millrace;
        this.home = millrace.layout().home();
    }

    void eachDoesWhatItSays() throws IOException, InterruptedException {
        Path definitions = definitions();
        table();
        plans(definitions);
        ran("apply", definitions.toString());
        materializes();
        Path copies = backsUp();
        restores(copies);
        deletesAnEntity();
        restoresNothingThatWasDeleted(copies);
        rebuilds();
        makesATrainingSet();
        listsJobs();
        showsParity();
    }

    private Path definitions() throws IOException {
        Path folder = home.resolve("cli");
        Files.writeString(
                Files.createDirectories(folder.resolve("feature-views")).resolve("spend.yaml"), """
                kind: FeatureView
                name: cli_spend
                version: v1
                description: what users spent, from a table
                owner: shop@example.org
                entity:
                  name: cli_user
                  join_keys: [{name: user_id, type: int64}]
                source:
                  batch: {path: cli/spend.csv}
                  timestamp: {field: at, unit: rfc3339}
                retention: 2d
                features:
                  - {name: amount, type: double}
                  - {name: spent_1h, type: double, aggregate: sum, field: amount, window: 1h}
                """);
        return folder;
    }

    private void table() throws IOException {
        Path folder = Files.createDirectories(millrace.layout().data("batch").resolve("cli"));
        Files.writeString(folder.resolve("spend.csv"), """
                user_id,at,amount
                1,2026-03-02T09:00:00Z,2.5
                1,2026-03-02T09:10:00Z,4.5
                2,2026-03-02T09:20:00Z,1.0
                """);
    }

    private Answer ran(String... arguments) throws InterruptedException {
        Answer answer = millrace.run(arguments);
        assertThat(answer.exitCode()).as(answer.text()).isZero();
        return answer;
    }

    private void plans(Path definitions) throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            assertThat(ran("plan", definitions.toString()).lines())
                    .as("planning changes nothing")
                    .anyMatch(line -> line.matches(" +created +FeatureView +cli_spend@v1.*"));
        }
    }

    private void materializes() throws InterruptedException {
        assertThat(ran("materialize", VIEW).lines().getLast())
                .startsWith("done")
                .contains("3 written, 0 rejected");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(amounts()).contains("[4.5,1.0]"));
    }

    private Path backsUp() throws InterruptedException {
        Path copies = home.resolve("copies");
        assertThat(ran("backup", copies.toString()).lines())
                .singleElement()
                .asString()
                .matches("made copy 1 of .*copies: [1-9][0-9]* bytes in [1-9][0-9]* files, taken .*Z");
        return copies;
    }

    private void deletesAnEntity() throws InterruptedException {
        assertThat(ran("delete-entity", VIEW, "user_id=2").lines())
                .singleElement()
                .asString()
                .startsWith("view.cli_spend.")
                .contains("no longer served");
        assertThat(amounts()).contains("[4.5,null]").contains("NOT_FOUND");
    }

    private void restoresNothingThatWasDeleted(Path copies) throws InterruptedException {
        ran("restore", copies.toString());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(amounts()).contains("[4.5,null]"));
    }

    private void restores(Path copies) throws InterruptedException {
        assertThat(ran("restore", copies.toString()).lines())
                .singleElement()
                .asString()
                .startsWith("restored copy 1 of ");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(amounts()).contains("[4.5,1.0]"));
    }

    private void rebuilds() throws InterruptedException {
        assertThat(ran("rebuild", VIEW).lines().getLast()).matches("rebuild .* done.*");
        assertThat(amounts()).contains("[4.5,null]");
    }

    private void makesATrainingSet() throws IOException, InterruptedException {
        await("rows are kept for training").atMost(PATIENCE).until(this::isKept);
        Path rows = home.resolve("rows.csv");
        Files.writeString(rows, """
                user_id,event_timestamp
                1,2026-03-02T09:15:00Z
                1,2026-03-02T09:05:00Z
                """);
        Path set = home.resolve("set.csv");

        Answer answer = ran(
                "training-set",
                "--rows",
                rows.toString(),
                "--features",
                VIEW + ":amount," + VIEW + ":spent_1h",
                "--out",
                set.toString());

        assertThat(answer.lines().getLast()).isEqualTo("2 rows in " + set);
        List<String> lines = Files.readAllLines(set);
        assertThat(lines.getFirst()).isEqualTo("user_id,event_timestamp,amount,spent_1h");
        assertThat(lines.get(1)).endsWith(",4.5,7.0");
        assertThat(lines.get(2)).endsWith(",2.5,2.5");
    }

    private boolean isKept() throws IOException {
        Path files = millrace.layout().data("offline-store");
        if (!Files.isDirectory(files)) {
            return false;
        }
        try (Stream<Path> paths = Files.walk(files)) {
            return paths.anyMatch(
                    path -> path.toString().contains(VIEW) && path.toString().endsWith(".parquet"));
        } catch (UncheckedIOException aFileWentMeanwhile) {
            return false;
        }
    }

    private void listsJobs() throws InterruptedException {
        assertThat(ran("jobs").lines())
                .anyMatch(line -> line.matches("[-0-9a-f]+  training-set    done .*  rows 2.*"))
                .anyMatch(line -> line.matches("[-0-9a-f]+  materialization done .*  " + VIEW + "@v1  .*written 3.*"));
        assertThat(millrace.run("jobs", "--cancel", "none").exitCode()).isEqualTo(1);
    }

    private void showsParity() throws InterruptedException {
        assertThat(ran("parity").lines().getFirst()).matches("waiting [0-9]+, never compared [0-9]+");
    }

    /** What Feast's interface answers for the two users. */
    private String amounts() throws InterruptedException {
        URI address =
                URI.create("http://127.0.0.1:" + millrace.ports().rest(Service.FEATURES) + "/get-online-features");
        var request = HttpRequest.newBuilder(address)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"features\": [\"cli_spend:amount\"], \"entities\": {\"user_id\": [1, 2]}}"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .replace(" ", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
