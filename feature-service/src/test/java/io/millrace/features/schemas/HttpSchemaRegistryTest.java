package io.millrace.features.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.kernel.format.SchemaRegistry.Reference;
import io.millrace.features.kernel.format.SchemaRegistry.Registered;
import io.millrace.features.kernel.format.SchemaRegistryUnavailableException;
import io.millrace.features.kernel.registry.HttpSchemaRegistry;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSchemaRegistryTest {
    private final FakeRegistry registry;
    private final HttpSchemaRegistry client;

    HttpSchemaRegistryTest() throws Exception {
        registry = new FakeRegistry();
        client = registry.client();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void aSchemaIsAskedForOnceAndIsAvroWhereNoTypeIsSaid() {
        registry.with(7, null, "{}").with(8, "PROTOBUF", "message A {}");

        for (int i = 0; i < 3; i++) {
            assertThat(client.schema(7)).contains(new Registered("AVRO", "{}", List.of()));
            assertThat(client.schema(8)).contains(new Registered("PROTOBUF", "message A {}", List.of()));
        }
        assertThat(registry.asked).containsExactly("/schemas/ids/7", "/schemas/ids/8");
    }

    @Test
    void whatASchemaRefersToComesWithIt() {
        registry.with(7, "\"shop.Click\"", "shop.Place", "{\"type\": \"record\"}");

        assertThat(client.schema(7).orElseThrow().references())
                .containsExactly(new Reference("shop.Place", "{\"type\": \"record\"}"));
    }

    @Test
    void anIdThatIsNotThereIsNotAskedForByEveryRecord() {
        assertThat(client.schema(-1)).isEmpty();
        assertThat(client.schema(-1)).isEmpty();
        assertThat(registry.asked).containsExactly("/schemas/ids/4294967295");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 401, 403, 429, 500, 503})
    void everyOtherAnswerIsNoAnswer(int status) {
        registry.with(7, null, "{}").answersWith(status);
        assertThatThrownBy(() -> client.schema(7))
                .isInstanceOf(SchemaRegistryUnavailableException.class)
                .hasMessageContaining(Integer.toString(status));

        registry.answersWith(200);
        assertThat(client.schema(7)).isPresent();
    }

    @Test
    void aRegistryThatIsAwayOrTalksOfSomethingElseIsNoAnswer() {
        registry.answersWith("/schemas/ids/1", "<html>");
        registry.answersWith("/schemas/ids/2", "{}");
        assertThatThrownBy(() -> client.schema(1)).isInstanceOf(SchemaRegistryUnavailableException.class);
        assertThatThrownBy(() -> client.schema(2)).isInstanceOf(SchemaRegistryUnavailableException.class);
        registry.close();
        assertThatThrownBy(() -> client.schema(3)).isInstanceOf(SchemaRegistryUnavailableException.class);
    }

    @Test
    void aNameAndItsPasswordAreSentWithEachRequest() {
        registry.with(7, null, "{}");
        registry.client("ada").schema(7);

        assertThat(registry.asked).containsExactly("/schemas/ids/7 Basic YWRhOnNlY3JldA==");
    }
}
