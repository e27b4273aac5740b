package io.millrace.registry.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.definitions.Yaml;
import io.millrace.registry.app.Answer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes answers as JSON, or as YAML where the caller prefers it, and says how old an answer from the cache is. */
@ApplicationScoped
public class Answers {
    static final String YAML = "application/yaml";

    private final ObjectMapper json;

    public Answers(ObjectMapper json) {
        this.json = json;
    }

    /**
     * @param headers of the request; its Accept decides
     */
    Response ok(HttpHeaders headers, Answer<?> answer) {
        return write(Response.ok(), headers, answer.value(), answer.cacheAge());
    }

    Response status(int status, HttpHeaders headers, Object value) {
        return write(Response.status(status), headers, value, Optional.empty());
    }

    private Response write(
            Response.ResponseBuilder response, HttpHeaders headers, Object value, Optional<Duration> cacheAge) {
        cacheAge.ifPresent(age -> response.header("Age", age.toSeconds()));
        response.header(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        try {
            String text = json.writeValueAsString(value);
            if (wantsYaml(headers.getAcceptableMediaTypes())) {
                return response.type(YAML)
                        .entity(Yaml.write(json.readValue(text, Object.class)))
                        .build();
            }
            return response.type(MediaType.APPLICATION_JSON_TYPE).entity(text).build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer could not be written", e);
        }
    }

    /** Whether YAML stands before JSON among what is acceptable, which is sorted by preference. */
    private static boolean wantsYaml(@Nullable List<MediaType> acceptable) {
        if (acceptable == null) {
            return false;
        }
        for (MediaType type : acceptable) {
            if (type.isWildcardType()
                    || type.isWildcardSubtype()
                    || MediaType.APPLICATION_JSON_TYPE.isCompatible(type)) {
                return false;
            }
            if (type.getSubtype().toLowerCase(Locale.ROOT).endsWith("yaml")) {
                return true;
            }
        }
        return false;
    }
}
