package io.millrace.features.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.features.RealBroker;
import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.DefinitionOutcome;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is read, from events in a real broker through RocksDB to gRPC. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class FeatureServiceTest extends ServiceUnderTest {
    @Test
    void aCompleteReadHasEveryEventThatWasThereBeforeIt() {
        TestBroker.createTopic(topic, 3);
        assertThat(apply(Views.activity(name, "v1", topic)).getFirst().getChange())
                .isEqualTo(DefinitionOutcome.Change.CHANGE_CREATED);
        TestBroker.produce(topic, 0, event(1, "2026-03-02T09:10:00Z", 10.5, "click"));
        TestBroker.produce(topic, 2, event(1, "2026-03-02T09:20:00Z", 20.0, "purchase"));

        GetOnlineFeaturesResponse response = read("2026-03-02T09:30:00Z", 1, allFeatures(name));

        assertThat(response.getComplete()).isTrue();
        assertThat(response.getFeatureNamesList())
                .containsExactly("last_amount", "events_1h", "amount_mean_1h", "click_rate_1h");
        assertThat(values(response)).containsExactly(real(20.0), number(2), real(15.25), real(0.5));
        assertThat(statuses(response)).containsOnly(FeatureStatus.FEATURE_STATUS_PRESENT);
        assertThat(response.getResults(0).getEventTimeMicros(0)).isEqualTo(micros("2026-03-02T09:20:00Z"));
        assertThat(response.getViewVersionsList()).containsExactly(name + "@v1");
        assertThat(response.getPositionsList()).hasSize(3).allSatisfy(position -> assertThat(position.getTopic())
                .isEqualTo(topic));
        assertThat(response.getPositionsList().stream().map(position -> position.getOffset()))
                .containsExactly(1L, 0L, 1L);
    }

    @Test
    void thePastIsReadAsItWasAndOldValuesDecay() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(
                topic,
                0,
                event(1, "2026-03-02T09:10:00Z", 10.0, "click"),
                event(1, "2026-03-02T09:20:00Z", 20.0, "purchase"));

        assertThat(values(read("2026-03-02T09:15:00Z", 1, allFeatures(name))))
                .containsExactly(real(10.0), number(1), real(10.0), real(1.0));
        GetOnlineFeaturesResponse later = read("2026-03-02T12:00:00Z", 1, allFeatures(name));
        assertThat(values(later))
                .containsExactly(real(20.0), number(0), Value.getDefaultInstance(), Value.getDefaultInstance());
        assertThat(statuses(read("2026-03-03T09:20:00Z", 1, name + ":last_amount")))
                .containsExactly(FeatureStatus.FEATURE_STATUS_PRESENT);
        GetOnlineFeaturesResponse expired = read("2026-03-03T09:20:01Z", 1, name + ":last_amount");
        assertThat(statuses(expired)).containsExactly(FeatureStatus.FEATURE_STATUS_OUTSIDE_MAX_AGE);
        assertThat(values(expired)).containsExactly(real(20.0));
        assertThat(statuses(read("2026-03-02T09:00:00Z", 1, name + ":last_amount")))
                .containsExactly(FeatureStatus.FEATURE_STATUS_NOT_FOUND);
        assertThat(expired.getNotesList()).isEmpty();
        GetOnlineFeaturesResponse before = read("2026-02-01T00:00:00Z", 1, name + ":last_amount");
        assertThat(statuses(before)).containsExactly(FeatureStatus.FEATURE_STATUS_BEFORE_RETENTION);
        assertThat(before.getNotesList())
                .singleElement()
                .asString()
                .contains(name + "@v1 is read online from 2026-02-28T09:20:00Z on", "make a training set");
    }

    @Test
    void versionsLiveSideBySideAndTheNameAloneMeansTheNewest() {
        TestBroker.createTopic(topic, 1);
        String v2 = Views.activity(name, "v2", topic)
                .replace("aggregate: count, window: 1h", "aggregate: count, window: 1h, where: \"kind == 'click'\"");
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(
                topic,
                0,
                event(1, "2026-03-02T09:10:00Z", 10.0, "click"),
                event(1, "2026-03-02T09:20:00Z", 20.0, "purchase"));
        assertThat(values(read("2026-03-02T09:30:00Z", 1, name + ":events_1h"))).containsExactly(number(2));

        apply(v2);

        assertThat(values(read("2026-03-02T09:30:00Z", 1, name + "@v1:events_1h")))
                .containsExactly(number(2));
        GetOnlineFeaturesResponse newest = read("2026-03-02T09:30:00Z", 1, name + ":events_1h");
        assertThat(newest.getViewVersionsList()).containsExactly(name + "@v2");
        assertThat(newest.getComplete()).isTrue();
        assertThat(values(newest)).containsExactly(number(1));
        assertThat(summary(name, "v2").getIsDefault()).isTrue();
        assertThat(summary(name, "v1").getIsDefault()).isFalse();
    }

    @Test
    void aChangedServedVersionIsRefusedWithTheFieldAndFaultsAreGivenWithTheirLines() {
        apply(Views.activity(name, "v1", topic));
        assertThat(apply(Views.activity(name, "v1", topic)).getFirst().getChange())
                .isEqualTo(DefinitionOutcome.Change.CHANGE_UNCHANGED);

        assertThatThrownBy(() -> apply(Views.activity(name, "v1", topic).replace("ttl: 1d", "ttl: 2d")))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
                    assertThat(e.getStatus().getDescription()).contains("'ttl'");
                });
        assertThatThrownBy(() -> apply(Views.activity(name, "v3", topic).replace("ttl: 1d", "ttl: soon")))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                    var status = Objects.requireNonNull(StatusProto.fromThrowable(e));
                    try {
                        assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason())
                                .isEqualTo("INVALID_DEFINITION");
                        assertThat(status.getDetails(1)
                                        .unpack(BadRequest.class)
                                        .getFieldViolations(0)
                                        .getField())
                                .startsWith("views.yaml:");
                    } catch (com.google.protobuf.InvalidProtocolBufferException malformed) {
                        throw new AssertionError(malformed);
                    }
                });
    }

    @Test
    void poisonGoesToTheDeadLetterTopicOnceAndCountsWithoutStalling() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(
                topic,
                0,
                event(1, "2026-03-02T09:10:00Z", 1.0, "click"),
                "\u0000poison",
                event(1, "2026-03-02T09:11:00Z", 2.0, "click"));

        assertThat(values(read("2026-03-02T09:30:00Z", 1, name + ":events_1h"))).containsExactly(number(2));
        assertThat(TestBroker.records(topic + ".dlq")).singleElement().satisfies(dead -> {
            assertThat(new String(dead.value(), StandardCharsets.UTF_8)).isEqualTo("\u0000poison");
            assertThat(TestBroker.header(dead, "millrace.source-offset")).isEqualTo("1");
            assertThat(TestBroker.header(dead, "millrace.view")).isEqualTo(name + "@v1");
        });
        assertThat(summary(name, "v1").getDeadLettered()).isEqualTo(1);
    }

    @Test
    void severalViewsWithDifferentEntitiesAreReadInOneCall() {
        TestBroker.createTopic(topic, 1);
        String other = "other_" + suffix;
        apply(
                Views.activity(name, "v1", topic),
                Views.activity(other, "v1", topic)
                        .replace("name: user_id, type: int64, field: user", "name: kind, type: string, field: kind"));
        TestBroker.produce(
                topic,
                0,
                event(1, "2026-03-02T09:10:00Z", 1.0, "click"),
                event(2, "2026-03-02T09:11:00Z", 2.0, "click"));

        GetOnlineFeaturesResponse response = features.getOnlineFeatures(GetOnlineFeaturesRequest.newBuilder()
                .addFeatures(name + ":events_1h")
                .addFeatures(other + ":events_1h")
                .setFullFeatureNames(true)
                .putEntities("user_id", users(1, 2, 3))
                .putEntities(
                        "kind",
                        Column.newBuilder()
                                .addValues(Value.newBuilder().setStringValue("click"))
                                .addValues(Value.newBuilder().setStringValue("none"))
                                .addValues(Value.getDefaultInstance())
                                .build())
                .addAsOfMicros(micros("2026-03-02T09:30:00Z"))
                .setCompleteWithinMs(20_000)
                .build());

        assertThat(response.getFeatureNamesList()).containsExactly(name + "__events_1h", other + "__events_1h");
        assertThat(response.getResults(0).getValuesList())
                .containsExactly(number(1), number(1), Value.getDefaultInstance());
        assertThat(response.getResults(1).getValuesList())
                .containsExactly(number(2), Value.getDefaultInstance(), Value.getDefaultInstance());
        assertThat(response.getResults(1).getStatusesList())
                .containsExactly(
                        FeatureStatus.FEATURE_STATUS_PRESENT,
                        FeatureStatus.FEATURE_STATUS_NOT_FOUND,
                        FeatureStatus.FEATURE_STATUS_NOT_FOUND);
    }
}
