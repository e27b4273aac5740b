package io.millrace.inference.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.restassured.RestAssured;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The running service with models for calls over the Open Inference Protocol v2, and HTTP as its clients send it. */
abstract class OipService extends PredictingService {
    static final String LENGTH = "Inference-Header-Content-Length";

    private HttpClient http;

    record Answer(int status, String type, String body) {}

    @BeforeEach
    void open() {
        // As the clients do: none of them asks for HTTP/2.
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ModelFiles.publish(models, "raw", "1", OnnxModels.linear(0.5, 1, 10), "");
        ModelFiles.publish(models, "raw", "2", OnnxModels.linear(0, 2, 20), "");
        ModelFiles.publish(models, "text", "1", OnnxModels.upper(), "");
        catalog.load("raw");
    }

    @AfterEach
    void close() {
        http.close();
        // Other tests of this service publish the same name.
        ModelFiles.delete(models.resolve("raw").resolve("2"));
        catalog.refresh();
    }

    void refused(String body, String words) {
        Answer answer = post("v2/models/raw/infer", body);
        assertThat(answer.body()).startsWith("{\"error\":\"").contains(words);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.type()).startsWith("application/json");
    }

    static void is(Answer answer, int status, String body) {
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.type()).startsWith("application/json");
    }

    Answer get(String path) {
        return text(send(request(path).GET()));
    }

    /** Without a content type, as Triton's client posts. */
    Answer post(String path, String body) {
        return text(send(request(path).POST(BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)))));
    }

    HttpResponse<byte[]> binary(String path, byte[] json, byte[] data) {
        return send(request(path)
                .header(LENGTH, String.valueOf(json.length))
                .POST(BodyPublishers.ofByteArray(together(json, data))));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + RestAssured.port + "/" + path));
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static Answer text(HttpResponse<byte[]> answer) {
        return new Answer(
                answer.statusCode(),
                answer.headers().firstValue("Content-Type").orElse(""),
                new String(answer.body(), StandardCharsets.UTF_8));
    }

    static byte[] together(byte[] first, byte[] second) {
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(first);
        whole.writeBytes(second);
        return whole.toByteArray();
    }

    static byte[] floats(float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putFloat(value);
        }
        return data.array();
    }
}
