package io.millrace.features.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.RealRedis;
import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** The service on Redis, where several replicas share state and consumer group. */
@QuarkusTest
@TestProfile(RedisModeTest.OnRedis.class)
@QuarkusTestResource(value = RealRedis.class, restrictToAnnotatedClass = true)
class RedisModeTest extends ServiceUnderTest {
    /** A restart of its own, because the store is chosen at start. */
    public static class OnRedis implements QuarkusTestProfile {}

    @Test
    void aCompleteReadHasEveryEventAndThePositionsOfItsSnapshot() {
        TestBroker.createTopic(topic, 2);
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(topic, 0, event(1, "2026-03-02T09:10:00Z", 10.5, "click"), "{poison");
        TestBroker.produce(topic, 1, event(1, "2026-03-02T09:20:00Z", 20.0, "purchase"));

        GetOnlineFeaturesResponse response = read("2026-03-02T09:30:00Z", 1, allFeatures(name));

        assertThat(response.getComplete()).isTrue();
        assertThat(values(response)).containsExactly(real(20.0), number(2), real(15.25), real(0.5));
        assertThat(response.getPositionsList().stream().map(position -> position.getOffset()))
                .containsExactly(2L, 1L);
        assertThat(TestBroker.records(topic + ".dlq")).hasSize(1);
    }
}
