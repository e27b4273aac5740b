package io.millrace.inference.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup;
import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.inference.sample.FeatureAnswers;
import io.millrace.inference.sample.FeatureServer;
import io.millrace.inference.sample.Settings;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.ListValue;
import io.millrace.proto.features.v1.SourcePosition;
import io.millrace.proto.features.v1.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrpcFeatureLookupTest {
    private static final Duration LONG = Duration.ofSeconds(5);

    private final FeatureServer server =
            new FeatureServer(request -> FeatureAnswers.from(Map.of("v:a/u", 1.5), request));
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private GrpcFeatureLookup lookup = lookup(Map.of());

    @AfterEach
    void stop() {
        lookup.close();
        server.close();
    }

    @Test
    void everyKindOfValueAndStatusArrives() {
        server.answer(_ -> {
            var column = FeatureColumn.newBuilder();
            add(column, Value.newBuilder().setInt64Value(-3), FeatureStatus.FEATURE_STATUS_PRESENT, 7);
            add(column, Value.newBuilder().setBoolValue(true), FeatureStatus.FEATURE_STATUS_OUTSIDE_MAX_AGE, 8);
            add(column, Value.newBuilder().setStringValue("s"), FeatureStatus.FEATURE_STATUS_PRESENT, 9);
            add(column, Value.newBuilder().setTimestampValue(5), FeatureStatus.FEATURE_STATUS_PRESENT, 9);
            add(column, Value.newBuilder(), FeatureStatus.FEATURE_STATUS_NOT_FOUND, 0);
            add(column, Value.newBuilder(), FeatureStatus.FEATURE_STATUS_BEFORE_RETENTION, 0);
            add(
                    column,
                    Value.newBuilder().setListValue(ListValue.newBuilder().addValues(Value.getDefaultInstance())),
                    FeatureStatus.FEATURE_STATUS_PRESENT,
                    1);
            return GetOnlineFeaturesResponse.newBuilder().addResults(column).build();
        });
        List<Object> keys = List.of("a", "b", "c", "d", "e", "f", "g");
        FeatureLookup.Answer answer =
                lookup.read(List.of("v:a"), Map.of("user_id", keys), new long[7], Duration.ZERO, LONG);
        assertThat(answer.columns())
                .containsExactly(List.of(
                        new Cell(FeatureLookup.Status.PRESENT, -3L, 7),
                        new Cell(FeatureLookup.Status.OUTSIDE_MAX_AGE, true, 8),
                        new Cell(FeatureLookup.Status.PRESENT, "s", 9),
                        new Cell(FeatureLookup.Status.PRESENT, 5L, 9),
                        new Cell(FeatureLookup.Status.NOT_FOUND, null, 0),
                        new Cell(FeatureLookup.Status.BEFORE_RETENTION, null, 0),
                        new Cell(FeatureLookup.Status.PRESENT, "list of length 1", 1)));
    }

    @Test
    void oneInstantForAllRowsIsSentOnceAndSeveralOnePerRow() {
        lookup.read(List.of("v:a"), Map.of("k", List.of("u", "w")), new long[] {4, 4}, Duration.ZERO, LONG);
        lookup.read(List.of("v:a"), Map.of("k", List.of("u", "w")), new long[] {4, 5}, Duration.ZERO, LONG);
        assertThat(server.requests())
                .extracting(GetOnlineFeaturesRequest::getAsOfMicrosList)
                .containsExactly(List.of(4L), List.of(4L, 5L));
    }

    @Test
    void featuresOfOneNameInTwoViewsAreToldApart() {
        lookup.read(List.of("v:a", "w:a"), Map.of("k", List.of("u")), new long[] {4}, Duration.ZERO, LONG);
        assertThat(server.requests())
                .extracting(GetOnlineFeaturesRequest::getFullFeatureNames)
                .containsExactly(true);
    }

    @Test
    void aLargeLookUpIsSplitAndItsOldestPositionsHold() {
        lookup = lookup(Map.of("max-rows", "2"));
        var offset = new AtomicInteger(10);
        server.answer(request -> FeatureAnswers.from(Map.of("v:a/u", 1.5), request).toBuilder()
                .setPositions(0, SourcePosition.newBuilder().setTopicId("id").setOffset(offset.getAndIncrement()))
                .setComplete(offset.get() != 12)
                .build());
        FeatureLookup.Answer answer = lookup.read(
                List.of("v:a"), Map.of("k", List.of("u", "w", "u", "w", "u")), new long[5], Duration.ZERO, LONG);
        assertThat(server.requests()).hasSize(3);
        assertThat(answer.columns().getFirst()).extracting(Cell::value).containsExactly(1.5, null, 1.5, null, 1.5);
        assertThat(answer.positions()).extracting(FeaturePosition::offset).containsExactly(10L);
        assertThat(answer.complete()).as("one part of it was not").isFalse();
    }

    @Test
    void theDeadlineTravelsAndTheWaitEndsBeforeIt() {
        lookup.read(
                List.of("v:a"), Map.of("k", List.of("u")), new long[1], Duration.ofSeconds(30), Duration.ofSeconds(2));
        assertThat(server.millisLeft().getFirst()).isBetween(500L, 2000L);
        assertThat(server.requests().getFirst().getCompleteWithinMs()).isBetween(500, 1950);
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, , FEATURE_NOT_FOUND",
        "INVALID_ARGUMENT, WRONG_VALUE_TYPE, WRONG_TYPE",
        "INVALID_ARGUMENT, UNKNOWN_COLUMN, FEATURES_REFUSED",
        "INVALID_ARGUMENT, , FEATURES_REFUSED",
        "FAILED_PRECONDITION, , FEATURES_REFUSED",
        "PERMISSION_DENIED, , FEATURES_REFUSED",
        "RESOURCE_EXHAUSTED, , FEATURES_BUSY",
        "DEADLINE_EXCEEDED, , DEADLINE_EXCEEDED",
        "INTERNAL, , FEATURES_UNAVAILABLE",
    })
    void refusalsKeepTheirKindAndAreNotTriedAgain(Status.Code code, String theirs, InferenceReason ours) {
        server.answer(_ -> {
            var status =
                    com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage("because");
            if (theirs != null) {
                status.addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(theirs)
                        .setDomain("millrace.features")
                        .build()));
            }
            throw StatusProto.toStatusRuntimeException(status.build());
        });
        assertThat(refusal(LONG).reason()).isEqualTo(ours);
        assertThat(server.requests()).hasSize(1);
        assertThat(registry.get(InferenceMetrics.LOOKUP_FAILURES)
                        .tag("reason", ours.name())
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void anAnswerOfAnotherShapeIsNotTrusted() {
        server.answer(_ -> GetOnlineFeaturesResponse.newBuilder()
                .addResults(FeatureColumn.getDefaultInstance())
                .build());
        assertThat(refusal(LONG).reason()).isEqualTo(InferenceReason.FEATURES_UNAVAILABLE);
        server.answer(_ -> GetOnlineFeaturesResponse.getDefaultInstance());
        assertThat(refusal(LONG).reason()).isEqualTo(InferenceReason.FEATURES_UNAVAILABLE);
    }

    @Test
    void whatIsUnavailableForAMomentIsTriedAgain() {
        for (int i = 0; i < 20; i++) {
            read(LONG);
        }
        server.requests().clear();
        var failures = new AtomicInteger(2);
        server.answer(request -> {
            if (failures.getAndDecrement() > 0) {
                throw Status.UNAVAILABLE.asRuntimeException();
            }
            return FeatureAnswers.from(Map.of("v:a/u", 1.5), request);
        });
        assertThat(read(LONG).columns().getFirst().getFirst().value()).isEqualTo(1.5);
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void whenAllIsUnavailableRetriesAddATenthOfTheLoadAtMost() {
        server.answer(_ -> {
            throw Status.UNAVAILABLE.asRuntimeException();
        });
        for (int i = 0; i < 200; i++) {
            assertThat(refusal(LONG).reason()).isEqualTo(InferenceReason.FEATURES_UNAVAILABLE);
        }
        assertThat(server.requests()).hasSizeBetween(200, 220);
        assertThat(registry.get(InferenceMetrics.LOOKUP_RETRIES).counter().count())
                .isBetween(15.0, 20.0);
    }

    @Test
    void aServiceThatIsNotThereIsUnavailableWithinTheDeadline() {
        server.close();
        long start = System.nanoTime();
        assertThat(refusal(Duration.ofMillis(500)).reason())
                .isIn(InferenceReason.FEATURES_UNAVAILABLE, InferenceReason.DEADLINE_EXCEEDED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void aServiceThatComesBackIsFoundWithinSeconds() {
        int port = Integer.parseInt(server.address().split(":", 2)[1]);
        read(LONG);
        server.close();
        await().during(Duration.ofSeconds(4))
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> refusal(LONG).reason() == InferenceReason.FEATURES_UNAVAILABLE);
        try (var back = new FeatureServer(port, request -> FeatureAnswers.from(Map.of(), request))) {
            await().atMost(Duration.ofSeconds(3))
                    .ignoreException(Refusal.class)
                    .until(() -> read(LONG).columns().size() == 1);
            assertThat(back.requests()).isNotEmpty();
        }
    }

    @Test
    void noMoreCallsThanAllowedAreUnderWayAndWhoWaitsTooLongIsTold() throws Exception {
        lookup = lookup(Map.of("max-concurrent-calls", "2"));
        var release = new CountDownLatch(1);
        Function<GetOnlineFeaturesRequest, GetOnlineFeaturesResponse> held = request -> {
            hold(release);
            return FeatureAnswers.from(Map.of(), request);
        };
        server.answer(held);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<?>>();
            for (int i = 0; i < 2; i++) {
                calls.add(threads.submit(() -> read(LONG)));
            }
            await().until(() -> server.requests().size() == 2);
            assertThat(refusal(Duration.ofMillis(100)).reason()).isEqualTo(InferenceReason.DEADLINE_EXCEEDED);
            assertThat(server.requests()).hasSize(2);
            release.countDown();
            for (Future<?> call : calls) {
                assertThat(call.get()).isNotNull();
            }
        }
    }

    @Test
    void settingsOutsideTheirBoundsRefuseToStart() {
        for (Map<String, String> wrong : List.of(
                Map.of("max-concurrent-calls", "0"), Map.of("retry-budget", "0.5"), Map.of("max-attempts", "0"))) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> lookup(wrong))
                    .withMessageContaining("millrace.inference.features."
                            + wrong.keySet().iterator().next());
        }
    }

    private FeatureLookup.Answer read(Duration deadline) {
        return lookup.read(List.of("v:a"), Map.of("k", List.of("u")), new long[1], Duration.ZERO, deadline);
    }

    private Refusal refusal(Duration deadline) {
        return catchThrowableOfType(Refusal.class, () -> read(deadline));
    }

    private GrpcFeatureLookup lookup(Map<String, String> settings) {
        var all = new HashMap<String, String>();
        all.put("features.address", server.address());
        settings.forEach((key, value) -> all.put("features." + key, value));
        return new GrpcFeatureLookup(Settings.with(all), new InferenceMetrics(registry), List.of());
    }

    private static void add(FeatureColumn.Builder column, Value.Builder value, FeatureStatus status, long eventTime) {
        column.addValues(value).addStatuses(status).addEventTimeMicros(eventTime);
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
