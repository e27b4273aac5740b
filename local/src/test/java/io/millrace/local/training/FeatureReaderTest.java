package io.millrace.local.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.replay.Event;
import io.millrace.local.replay.Event.Role;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.FeatureServiceGrpc.FeatureServiceImplBase;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FeatureReaderTest {
    private static final PipelineShape PIPELINE = new PipelineShape(
            "p",
            "in",
            Map.of("airport", "origin"),
            List.of(),
            List.of("v:a", "v:b"),
            "m",
            "1",
            "out",
            Optional.empty());
    private static final List<Event> ASKS = List.of(ask(1_000, "ORD"), ask(2_000, "LAX"));

    private final List<GetOnlineFeaturesRequest> asked = new CopyOnWriteArrayList<>();
    private final AtomicReference<GetOnlineFeaturesResponse> answer = new AtomicReference<>();
    private Server server;
    private Channels channels;
    private FeatureReader reader;

    @BeforeEach
    void start() throws IOException {
        server =
                NettyServerBuilder.forPort(0).addService(new Features()).build().start();
        channels = new Channels(service -> server.getPort());
        reader = new FeatureReader(channels, PIPELINE);
    }

    @AfterEach
    void stop() {
        channels.close();
        server.shutdownNow();
    }

    @Test
    void rowsAreReadAsOfAMicrosecondBeforeTheirEventAsThePipelineDoes() {
        answer.set(answer(
                column(FeatureStatus.FEATURE_STATUS_PRESENT, number(1), number(2)),
                column(FeatureStatus.FEATURE_STATUS_PRESENT, number(3), number(4))));
        FeatureReader.Features features = reader.read(ASKS, Duration.ofMillis(250));
        assertThat(asked.getFirst().getAsOfMicrosList()).containsExactly(999L, 1_999L);
        assertThat(asked.getFirst().getCompleteWithinMs()).isEqualTo(250);
        assertThat(asked.getFirst().getEntitiesOrThrow("airport").getValuesList())
                .extracting(Value::getStringValue)
                .containsExactly("ORD", "LAX");
        assertThat(features.values()).isDeepEqualTo(new double[][] {{1, 3}, {2, 4}});
        assertThat(features.complete()).isTrue();
    }

    @Test
    void whatIsMissingExpiredOrNullIsNotANumber() {
        answer.set(answer(
                column(FeatureStatus.FEATURE_STATUS_NOT_FOUND, Value.getDefaultInstance(), Value.getDefaultInstance()),
                FeatureColumn.newBuilder()
                        .addValues(number(7))
                        .addStatuses(FeatureStatus.FEATURE_STATUS_OUTSIDE_MAX_AGE)
                        .addValues(Value.getDefaultInstance())
                        .addStatuses(FeatureStatus.FEATURE_STATUS_PRESENT)
                        .build()));
        assertThat(Arrays.deepToString(reader.read(ASKS, Duration.ZERO).values()))
                .isEqualTo("[[NaN, NaN], [NaN, NaN]]");
    }

    @Test
    void rowsBeforeTheRetentionAreNoTrainingRows() {
        answer.set(answer(
                column(FeatureStatus.FEATURE_STATUS_BEFORE_RETENTION, number(0), number(0)),
                column(FeatureStatus.FEATURE_STATUS_PRESENT, number(0), number(0))));
        assertThatThrownBy(() -> reader.read(ASKS, Duration.ZERO))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("v:a is not retained");
    }

    @Test
    void aFeatureThatIsNoNumberIsRefusedByName() {
        Value text = Value.newBuilder().setStringValue("Lima").build();
        answer.set(answer(
                column(FeatureStatus.FEATURE_STATUS_PRESENT, number(0), number(0)),
                column(FeatureStatus.FEATURE_STATUS_PRESENT, text, text)));
        assertThatThrownBy(() -> reader.read(ASKS, Duration.ZERO)).hasMessageContaining("v:b is no number");
    }

    @Test
    void aRefusalSaysWhoAndWhy() {
        assertThatThrownBy(() -> reader.read(ASKS, Duration.ZERO))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("feature-service")
                .hasMessageContaining("no such view");
    }

    private static Event ask(long micros, String origin) {
        return new Event(Role.ASK, micros, 0, "in", "0", Map.of("origin", origin), false);
    }

    private static Value number(double value) {
        return Value.newBuilder().setDoubleValue(value).build();
    }

    private static FeatureColumn column(FeatureStatus status, Value first, Value second) {
        return FeatureColumn.newBuilder()
                .addValues(first)
                .addValues(second)
                .addStatuses(status)
                .addStatuses(status)
                .build();
    }

    private static GetOnlineFeaturesResponse answer(FeatureColumn... columns) {
        return GetOnlineFeaturesResponse.newBuilder()
                .addAllResults(List.of(columns))
                .setComplete(true)
                .build();
    }

    private final class Features extends FeatureServiceImplBase {
        @Override
        public void getOnlineFeatures(
                GetOnlineFeaturesRequest request, StreamObserver<GetOnlineFeaturesResponse> observer) {
            asked.add(request);
            if (answer.get() == null) {
                observer.onError(
                        Status.NOT_FOUND.withDescription("no such view").asRuntimeException());
                return;
            }
            observer.onNext(answer.get());
            observer.onCompleted();
        }
    }
}
