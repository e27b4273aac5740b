package io.millrace.features.schemas;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.features.kernel.registry.HttpSchemaRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A schema registry over real HTTP that knows what it is told, and fails as it is told. */
public final class FakeRegistry implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What was asked for: path, and the Authorization header where there was one. */
    public final List<String> asked = new CopyOnWriteArrayList<>();

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final HttpServer server;
    private volatile int status = 200;

    public FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        asked.add(exchange.getRequestURI().getRawPath() + (authorization == null ? "" : " " + authorization));
        String answer = answers.get(exchange.getRequestURI().getRawPath());
        int code = status != 200 ? status : answer == null ? 404 : 200;
        byte[] body = (code == 200 && answer != null ? answer : "{\"error_code\": " + code + "03}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** Registers a schema under an id; {@code type} null for Avro, of which registries say nothing. */
    public FakeRegistry with(int id, @Nullable String type, String schema) {
        answers.put("/schemas/ids/" + id, body(type, schema).toString());
        return this;
    }

    /** Registers a schema that refers to another one. */
    FakeRegistry with(int id, String schema, String referredName, String referredSchema) {
        ObjectNode body = body(null, schema);
        body.putArray("references")
                .addObject()
                .put("name", referredName)
                .put("subject", "of " + referredName)
                .put("version", 3);
        answers.put("/schemas/ids/" + id, body.toString());
        answers.put(
                "/subjects/of%20" + referredName + "/versions/3",
                body(null, referredSchema).toString());
        return this;
    }

    private static ObjectNode body(@Nullable String type, String schema) {
        ObjectNode body = JSON.createObjectNode().put("schema", schema);
        return type == null ? body : body.put("schemaType", type);
    }

    /** Answers everything with a status from now on. */
    public void answersWith(int code) {
        status = code;
    }

    void answersWith(String path, String body) {
        answers.put(path, body);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public HttpSchemaRegistry client() {
        return new HttpSchemaRegistry(url(), Optional.empty(), Optional.empty(), Duration.ofSeconds(5));
    }

    HttpSchemaRegistry client(String username) {
        return new HttpSchemaRegistry(
                URI.create(url() + "/"), Optional.of(username), Optional.of("secret"), Duration.ofSeconds(5));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
