package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.platform.CommandFailure;
import org.junit.jupiter.api.Test;

class ActivityCommandTest {
    private static final JsonNode DEFINITIONS = json("""
            {"definitions": [
              {"kind": "FeatureView", "name": "clicks", "version": "v1", "is_default": true},
              {"kind": "FeatureView", "name": "clicks", "version": "v2", "is_default": false},
              {"kind": "FeatureService", "name": "clicks", "version": "v1", "is_default": false},
              {"kind": "FeatureService", "name": "model", "version": "", "is_default": true}]}
            """);

    @Test
    void theKindIsFoundWhereOneDefinitionHasTheNameAndVersion() {
        assertThat(ActivityCommand.kindOf("clicks@v2", DEFINITIONS)).isEqualTo("FeatureView");
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> ActivityCommand.kindOf("clicks@v1", DEFINITIONS))
                .withMessageContaining("FeatureView, FeatureService; say which with --kind");
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> ActivityCommand.kindOf("clicks@v3", DEFINITIONS))
                .withMessageContaining("there is no version clicks@v3");
    }

    @Test
    void theCommandSaysWhatTheNameMeansNow() {
        assertThat(ActivityCommand.meaning("clicks", "FeatureView", DEFINITIONS))
                .isEqualTo("clicks means clicks@v1 now");
        assertThat(ActivityCommand.meaning("clicks", "FeatureService", DEFINITIONS))
                .isEqualTo("clicks means no version now");
    }

    @Test
    void deadLettersAreShownByReason() {
        assertThat(StatusCommand.reasons(json("{}"))).isEmpty();
        assertThat(StatusCommand.reasons(json("{\"NOT_JSON\": 1, \"LATE\": 2}")))
                .isEqualTo(" (LATE 2, NOT_JSON 1)");
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
