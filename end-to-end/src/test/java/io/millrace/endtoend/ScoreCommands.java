package io.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.endtoend.Millrace.Answer;
import io.millrace.local.platform.Service;
import io.millrace.local.training.LogisticModel;
import io.millrace.local.training.OnnxFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/** {@code ./millrace score}, on a running platform that has the view and the table of {@link FeatureCommands}. */
final class ScoreCommands {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Millrace millrace;
    private final Path home;

    ScoreCommands(Millrace millrace) {
        this.millrace = millrace;
        this.home = millrace.layout().home();
    }

    void scoresAFileAsOnlineCallsAsOfItsInstants() throws IOException, InterruptedException {
        publishAModel();
        Path definitions = definitions();
        await("the model serves and the pipeline is applied")
                .atMost(PATIENCE)
                .until(() -> millrace.run("apply", definitions.toString()).exitCode() == 0);
        Path rows = home.resolve("to-score.csv");
        Files.writeString(rows, """
                user_id,at,x
                1,2026-03-02T09:15:00Z,0.5
                1,2026-03-02T09:05:00Z,1.5
                7,2026-03-02T09:15:00Z,0.5
                1,yesterday,0.5
                """);
        Path scored = home.resolve("scored.csv");

        Answer answer = millrace.run(
                "score", "cli-score", "--in", rows.toString(), "--out", scored.toString(), "--prefix", "p_");

        assertThat(answer.exitCode()).as(answer.text()).isZero();
        assertThat(answer.lines().getLast())
                .isEqualTo("4 rows in " + scored
                        + ", 1 of them not scored (column p_error says why), by model cli-score version 1");
        List<String> lines = Files.readAllLines(scored);
        assertThat(lines).hasSize(5);
        assertThat(lines.getFirst()).startsWith("user_id,at,x,p_prediction,p_as_of,");
        assertThat(prediction(lines.get(1), "1,2026-03-02T09:15:00Z,0.5,"))
                .isEqualTo(online(1, 0.5, "09:14:59.999999Z"));
        assertThat(prediction(lines.get(2), "1,2026-03-02T09:05:00Z,1.5,"))
                .isEqualTo(online(1, 1.5, "09:04:59.999999Z"));
        assertThat(prediction(lines.get(3), "7,2026-03-02T09:15:00Z,0.5,"))
                .isEqualTo(online(7, 0.5, "09:14:59.999999Z"));
        assertThat(lines.get(1)).doesNotContain("[\"\"cli_spend:amount\"\"]");
        assertThat(lines.get(3)).contains("[\"\"cli_spend:amount\"\"]");
        assertThat(lines.get(4)).startsWith("1,yesterday,0.5,,").contains(",INVALID_TIMESTAMP,");
        assertThat(millrace.run("jobs").lines())
                .anyMatch(line -> line.matches("[-0-9a-f]+  batch-scoring +done .*rows 4.*"));
    }

    private void publishAModel() throws IOException {
        byte[] onnx = OnnxFile.of(LogisticModel.fit(
                List.of("amount", "x"),
                new double[][] {{0, 0}, {1, 1}, {4, 0.5}, {5, 2}},
                new boolean[] {false, false, true, true}));
        Path models = Files.createDirectories(millrace.layout().data("models"));
        Path draft = Files.createDirectories(models.resolve(".cli-score/1"));
        Files.write(draft.resolve("model.onnx"), onnx);
        Files.writeString(draft.resolve("model.yaml"), """
                kind: Model
                name: cli-score
                version: "1"
                engine: onnxruntime
                file: model.onnx
                digest: %s
                inputs:
                  - name: input
                    type: float32
                    columns:
                      - {feature: "cli_spend:amount", impute: 3.0}
                      - {request: x}
                output: {name: output, column: 1}
                """.formatted(sha256(onnx)));
        Files.move(models.resolve(".cli-score"), models.resolve("cli-score"));
    }

    private Path definitions() throws IOException {
        Path folder = home.resolve("cli-score");
        Files.writeString(Files.createDirectories(folder.resolve("pipelines")).resolve("score.yaml"), """
                kind: Pipeline
                name: cli-score
                input: {topic: cli.in, timestamp: {field: at, unit: rfc3339}}
                key: user_id
                entity: {user_id: user_id}
                request: {x: double}
                features: ["cli_spend:amount"]
                model: {name: cli-score}
                output: {topic: cli.out}
                """);
        return folder;
    }

    private static double prediction(String line, String begin) {
        assertThat(line).startsWith(begin);
        return Double.parseDouble(line.substring(begin.length(), line.indexOf(',', begin.length())));
    }

    /** The prediction of a call with the features as of a time of the day. */
    private double online(int user, double x, String time) throws InterruptedException {
        URI address = URI.create(
                "http://127.0.0.1:" + millrace.ports().rest(Service.INFERENCE) + "/v1/pipelines/cli-score/predict");
        var request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"rows\":[{\"user_id\":" + user + ",\"x\":" + x
                        + "}],\"as_of\":\"2026-03-02T" + time + "\"}"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            String answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            assertThat(answer).contains("\"prediction\":");
            return Double.parseDouble(answer.replaceAll("(?s).*\"prediction\":([-0-9.E]+).*", "$1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
