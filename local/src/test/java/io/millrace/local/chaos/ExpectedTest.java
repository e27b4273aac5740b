package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExpectedTest {
    private final Expected expected = new Expected();

    @Test
    void aPredictionFollowsFromTheEventsOfTheSameUserBefore() {
        assertThat(of("{\"user\":\"a\",\"at\":1,\"n\":3}")).isEqualTo("prediction -1.0");
        assertThat(of("{\"user\":\"b\",\"at\":2,\"n\":4}")).isEqualTo("prediction -1.0");
        assertThat(of("{\"user\":\"a\",\"at\":3,\"n\":5}")).isEqualTo("prediction 1000003.0");
        assertThat(of("{\"user\":\"a\",\"at\":4,\"n\":6}")).isEqualTo("prediction 2000005.0");
    }

    @Test
    void whatCannotBeReadIsADeadLetterAndCountsForNobody() {
        assertThat(of(null)).isEqualTo("dead letter TOMBSTONE");
        assertThat(of("{\"user\":\"a\",\"n\":1")).isEqualTo("dead letter UNDECODABLE");
        assertThat(of("{\"user\":\"a\",\"n\":1}")).isEqualTo("dead letter MISSING_TIMESTAMP");
        assertThat(of("{\"n\":1,\"at\":1}")).isEqualTo("dead letter INVALID_KEY");
        assertThat(of("{\"user\":\"a\",\"at\":1,\"n\":3}")).isEqualTo("prediction -1.0");
    }

    private @Nullable String of(@Nullable String value) {
        byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        return expected.of(new ConsumerRecord<>("in", 0, 0, new byte[0], bytes));
    }
}
