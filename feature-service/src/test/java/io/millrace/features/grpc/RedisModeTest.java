package io.millrace.features.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.millrace.features.RealRedis;
import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The service on Redis, where several replicas share state and consumer group. */
@QuarkusTest
@TestProfile(RedisModeTest.OnRedis.class)
@QuarkusTestResource(value = RealRedis.class, restrictToAnnotatedClass = true)
class RedisModeTest extends ServiceUnderTest {
    /** A restart of its own, because the store is chosen at start. */
    public static class OnRedis implements QuarkusTestProfile {}

    private static final int MORE_THAN_THE_POOL_HAS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    Vertx vertx;

    @ConfigProperty(name = "quarkus.redis.hosts")
    String hosts;

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
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(TestBroker.records(topic + ".dlq"))
                .hasSize(1));
    }

    @Test
    void aRedisThatHadNoPlaceForAConnectionIsUsedAgainOnceItHas() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(topic, 0, event(1, "2026-03-02T09:10:00Z", 10.5, "click"));
        read("2026-03-02T09:30:00Z", 1, allFeatures(name));
        Redis administrator = Redis.createClient(vertx, hosts);
        try {
            send(administrator, "CONFIG", "SET", "maxclients", "1");
            send(administrator, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            for (int i = 0; i < MORE_THAN_THE_POOL_HAS; i++) {
                assertThatThrownBy(() -> read("2026-03-02T09:30:00Z", 1, allFeatures(name)))
                        .isInstanceOf(StatusRuntimeException.class);
            }
            send(administrator, "CONFIG", "SET", "maxclients", "1000");

            await().atMost(PATIENCE).ignoreExceptions().until(() -> read("2026-03-02T09:30:00Z", 1, allFeatures(name))
                    .getComplete());
        } finally {
            send(administrator, "CONFIG", "SET", "maxclients", "1000");
            administrator.close();
        }
    }

    private static void send(Redis redis, String command, String... arguments) {
        Request request = Request.cmd(Command.create(command));
        List.of(arguments).forEach(request::arg);
        redis.send(request).toCompletionStage().toCompletableFuture().join();
    }
}
