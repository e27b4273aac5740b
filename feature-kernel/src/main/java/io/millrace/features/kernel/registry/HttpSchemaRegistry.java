package io.millrace.features.kernel.registry;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.features.kernel.format.SchemaRegistryUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A schema registry with Confluent's HTTP interface: {@code GET /schemas/ids/{id}}, and for what a schema refers to {@code GET
 * /subjects/{subject}/versions/{version}}. A schema never changes under its id, so each is asked for once; an id that is not known is asked for again after
 * ten seconds, so that a flood of strange records is no flood of requests. Everything but a 200 and a 404 is a registry that does not answer.
 */
public final class HttpSchemaRegistry implements SchemaRegistry {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final String ACCEPT = "application/vnd.schemaregistry.v1+json, application/json";
    private static final int MAX_BYTES = 4 << 20;
    private static final int MAX_SCHEMAS = 2_000;
    private static final int MAX_REFERENCES = 100;
    private static final long UNKNOWN_NANOS = Duration.ofSeconds(10).toNanos();

    private final String base;
    private final Optional<String> authorization;
    private final Duration timeout;
    private final HttpClient http;
    private final Map<Integer, Registered> known = new ConcurrentHashMap<>();
    private final Map<Integer, Long> unknown = new ConcurrentHashMap<>();

    /**
     * @param url such as {@code http://registry:8081}
     * @param username for basic authentication
     * @param password empty without a username
     * @param timeout of one request
     */
    public HttpSchemaRegistry(URI url, Optional<String> username, Optional<String> password, Duration timeout) {
        this.base = url.toString().replaceFirst("/+$", "");
        this.authorization = username.map(name -> "Basic "
                + Base64.getEncoder()
                        .encodeToString((name + ":" + password.orElse("")).getBytes(StandardCharsets.UTF_8)));
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @Override
    public Optional<Registered> schema(int id) {
        Registered schema = known.get(id);
        if (schema != null) {
            return Optional.of(schema);
        }
        Long askedAt = unknown.get(id);
        if (askedAt != null && System.nanoTime() - askedAt < UNKNOWN_NANOS) {
            return Optional.empty();
        }
        Optional<JsonNode> answer = get("/schemas/ids/" + Integer.toUnsignedString(id));
        if (unknown.size() >= MAX_SCHEMAS) {
            unknown.clear();
        }
        if (answer.isEmpty()) {
            unknown.put(id, System.nanoTime());
            return Optional.empty();
        }
        unknown.remove(id);
        Map<String, String> references = new LinkedHashMap<>();
        collect(answer.get(), references, new ArrayList<>());
        var registered = new Registered(
                answer.get().path("schemaType").asText("AVRO"),
                text(answer.get()),
                references.entrySet().stream()
                        .map(reference -> new Reference(reference.getKey(), reference.getValue()))
                        .toList());
        if (known.size() >= MAX_SCHEMAS) {
            known.clear();
        }
        known.put(id, registered);
        return Optional.of(registered);
    }

    /** Takes up what a schema refers to, each after what it refers to itself. */
    private void collect(JsonNode schema, Map<String, String> references, List<String> above) {
        for (JsonNode reference : schema.path("references")) {
            String name = reference.path("name").asText();
            if (references.containsKey(name)) {
                continue;
            }
            if (above.contains(name) || references.size() + above.size() >= MAX_REFERENCES) {
                throw unavailable("the references of a schema go round, or are more than " + MAX_REFERENCES, null);
            }
            JsonNode referred = get("/subjects/"
                            + URLEncoder.encode(reference.path("subject").asText(), StandardCharsets.UTF_8)
                                    .replace("+", "%20")
                            + "/versions/" + reference.path("version").asInt())
                    .orElseThrow(() -> unavailable("'" + name + "' is referred to and is not there", null));
            above.add(name);
            collect(referred, references, above);
            above.removeLast();
            references.put(name, text(referred));
        }
    }

    private String text(JsonNode schema) {
        if (!schema.path("schema").isTextual()) {
            throw unavailable("its answer has no schema", null);
        }
        return schema.path("schema").textValue();
    }

    /** The answer to a request; empty where it is a 404. */
    private Optional<JsonNode> get(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(timeout)
                .header("Accept", ACCEPT)
                .GET();
        authorization.ifPresent(value -> request.header("Authorization", value));
        try {
            HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                byte[] bytes = body.readNBytes(MAX_BYTES + 1);
                return switch (response.statusCode()) {
                    case 200 -> Optional.of(json(bytes));
                    case 404 -> Optional.empty();
                    default -> throw unavailable("it answers " + response.statusCode(), null);
                };
            }
        } catch (IOException e) {
            throw unavailable(
                    String.valueOf(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted", e);
        }
    }

    private JsonNode json(byte[] bytes) throws IOException {
        if (bytes.length > MAX_BYTES) {
            throw unavailable("an answer of more than " + MAX_BYTES + " bytes", null);
        }
        try {
            return JSON.readTree(bytes);
        } catch (JacksonException e) {
            throw unavailable("its answer is not JSON", e);
        }
    }

    private SchemaRegistryUnavailableException unavailable(String why, @Nullable Throwable cause) {
        return new SchemaRegistryUnavailableException("the schema registry at " + base + ": " + why, cause);
    }
}
