package io.millrace.inference.features;

import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup;
import io.millrace.inference.app.FeatureServices;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.millrace.proto.features.v1.DefinitionServiceGrpc;
import io.millrace.proto.features.v1.DefinitionServiceGrpc.DefinitionServiceBlockingStub;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.FeatureServiceGrpc.FeatureServiceBlockingStub;
import io.millrace.proto.features.v1.GetFeatureServiceRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.SourcePosition;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * Look-ups at feature-service over one channel. Bounded: so many at one time, each with what is left of the caller's deadline; only UNAVAILABLE is
 * tried again, a few times with pauses, and only as far as the budget goes.
 */
@ApplicationScoped
public class GrpcFeatureLookup implements FeatureLookup, FeatureServices {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration RECONNECT_INTERVAL = Duration.ofSeconds(1);
    /** What an answer needs to come back after a wait for completeness that used up its time. */
    private static final Duration WAY_BACK = Duration.ofMillis(50);

    private final InferenceConfig.Features config;
    private final InferenceMetrics metrics;
    private final ManagedChannel channel;
    private final FeatureServiceBlockingStub stub;
    private final DefinitionServiceBlockingStub definitions;
    private final Semaphore slots;
    private final RetryBudget budget;
    /** When the channel was last told to try at once, in {@link System#nanoTime}. */
    private final AtomicLong reconnected = new AtomicLong(System.nanoTime());

    @Inject
    public GrpcFeatureLookup(InferenceConfig config, InferenceMetrics metrics, TracedCalls traces) {
        this(config, metrics, traces.interceptors());
    }

    GrpcFeatureLookup(InferenceConfig config, InferenceMetrics metrics, List<ClientInterceptor> interceptors) {
        this.config = config.features();
        this.metrics = metrics;
        this.slots = new Semaphore(atLeastOne("max-concurrent-calls", this.config.maxConcurrentCalls()));
        atLeastOne("max-attempts", this.config.maxAttempts());
        atLeastOne("max-rows", this.config.maxRows());
        this.budget = new RetryBudget(this.config.retryBudget());
        this.channel = Grpc.newChannelBuilder(this.config.address(), InsecureChannelCredentials.create())
                .maxInboundMessageSize(
                        this.config.maxAnswerSize().asBigInteger().intValueExact())
                .keepAliveTime(30, TimeUnit.SECONDS)
                .build();
        Channel traced = ClientInterceptors.intercept(channel, interceptors);
        this.stub = FeatureServiceGrpc.newBlockingStub(traced);
        this.definitions = DefinitionServiceGrpc.newBlockingStub(traced);
    }

    @Override
    public Answer read(
            List<String> features,
            Map<String, List<Object>> entities,
            long[] asOfMicros,
            Duration complete,
            Duration deadline) {
        long start = System.nanoTime();
        Duration own = config.deadline().plus(complete);
        long end = start + (own.compareTo(deadline) < 0 ? own : deadline).toNanos();
        try {
            acquire(end);
            try {
                return read(features, entities, asOfMicros, complete, end);
            } finally {
                slots.release();
            }
        } catch (Refusal refusal) {
            if (refusal.reason() instanceof InferenceReason reason) {
                metrics.lookupFailed(reason);
            }
            throw refusal;
        } finally {
            metrics.lookedUp(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    @Override
    public ServedFeatures find(String name, Duration deadline) {
        Duration own = config.deadline();
        long end = System.nanoTime() + (own.compareTo(deadline) < 0 ? own : deadline).toNanos();
        var request = GetFeatureServiceRequest.newBuilder().setName(name).build();
        try {
            return FeatureMessages.service(call(
                            left -> definitions
                                    .withDeadlineAfter(left, TimeUnit.NANOSECONDS)
                                    .getFeatureService(request),
                            end)
                    .getFeatureService());
        } catch (Refusal refusal) {
            if (refusal.reason() == InferenceReason.FEATURE_NOT_FOUND) {
                throw new Refusal(
                        InferenceReason.FEATURE_SERVICE_NOT_FOUND, String.valueOf(refusal.getMessage()), refusal);
            }
            throw refusal;
        }
    }

    @PreDestroy
    void close() {
        channel.shutdownNow();
    }

    private Answer read(
            List<String> features, Map<String, List<Object>> entities, long[] asOfMicros, Duration complete, long end) {
        var columns = new ArrayList<List<Cell>>(features.size());
        features.forEach(_ -> columns.add(new ArrayList<>(asOfMicros.length)));
        var positions = new LinkedHashMap<Object, FeaturePosition>();
        boolean wasComplete = true;
        for (int from = 0; from < asOfMicros.length; from += config.maxRows()) {
            int to = Math.min(asOfMicros.length, from + config.maxRows());
            Duration patience = patience(complete, end);
            GetOnlineFeaturesRequest request =
                    FeatureMessages.request(features, entities, asOfMicros, from, to, patience);
            GetOnlineFeaturesResponse response = call(
                    left -> stub.withDeadlineAfter(left, TimeUnit.NANOSECONDS).getOnlineFeatures(request), end);
            if (response.getResultsCount() != features.size()) {
                throw FeatureRefusals.malformed(
                        response.getResultsCount() + " results for " + features.size() + " features");
            }
            for (int i = 0; i < features.size(); i++) {
                columns.get(i).addAll(FeatureMessages.cells(response.getResults(i), to - from));
            }
            wasComplete &= response.getComplete();
            response.getPositionsList().forEach(position -> keepOldest(positions, position));
        }
        return new Answer(columns, wasComplete, List.copyOf(positions.values()));
    }

    /** Of several parts of one look-up the oldest position holds for the whole. */
    private static void keepOldest(Map<Object, FeaturePosition> positions, SourcePosition message) {
        FeaturePosition position = FeatureMessages.position(message);
        positions.merge(
                List.of(position.view(), position.topicId(), position.partition()),
                position,
                (a, b) -> a.offset() <= b.offset() ? a : b);
    }

    private static Duration patience(Duration complete, long end) {
        if (complete.isZero()) {
            return complete;
        }
        Duration left = Duration.ofNanos(end - System.nanoTime()).minus(WAY_BACK);
        Duration patience = left.compareTo(complete) < 0 ? left : complete;
        return patience.toMillis() < 1 ? Duration.ofMillis(1) : patience;
    }

    /**
     * @param attempt makes the call within that many nanoseconds
     */
    private <T> T call(LongFunction<T> attempt, long end) {
        budget.called();
        for (int tries = 1; ; tries++) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw tooLate();
            }
            try {
                return attempt.apply(left);
            } catch (StatusRuntimeException e) {
                Refusal refusal = FeatureRefusals.of(e);
                boolean passing = e.getStatus().getCode() == io.grpc.Status.Code.UNAVAILABLE;
                if (passing) {
                    reconnectSoon();
                }
                if (!passing || tries >= config.maxAttempts() || !budget.mayRetry() || !pause(tries, end)) {
                    throw refusal;
                }
                metrics.lookupRetried();
            }
        }
    }

    /** Pauses before the next attempt, twice as long each time, half of it drawn; false where there is no time for it. */
    private static boolean pause(int attempt, long end) {
        long most = FIRST_PAUSE.toNanos() << Math.min(attempt - 1, 10);
        long nanos = most / 2 + ThreadLocalRandom.current().nextLong(most / 2);
        if (end - System.nanoTime() <= nanos) {
            return false;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** gRPC waits up to two minutes before it connects again; that is too long for streams that stand still, so it is woken once a second. */
    private void reconnectSoon() {
        long last = reconnected.get();
        long now = System.nanoTime();
        if (now - last >= RECONNECT_INTERVAL.toNanos() && reconnected.compareAndSet(last, now)) {
            channel.resetConnectBackoff();
        }
    }

    private void acquire(long end) {
        try {
            if (!slots.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw tooLate();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(InferenceReason.FEATURES_UNAVAILABLE, "interrupted before the look-up", e);
        }
    }

    private static Refusal tooLate() {
        return new Refusal(InferenceReason.DEADLINE_EXCEEDED, "the features were not read in time");
    }

    private static int atLeastOne(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "millrace.inference.features." + key + " must be at least 1, was " + value);
        }
        return value;
    }
}
