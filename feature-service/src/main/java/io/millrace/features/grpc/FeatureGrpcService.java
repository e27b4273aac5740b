package io.millrace.features.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ServerServiceDefinition;
import io.millrace.features.app.Definitions;
import io.millrace.features.app.OnlineAnswer;
import io.millrace.features.app.OnlineFeatures;
import io.millrace.features.app.OnlineRequest;
import io.millrace.features.app.PushStreams;
import io.millrace.features.app.Pushes;
import io.millrace.features.app.ReadCall;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.features.telemetry.FeatureMetrics.Completeness;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.ApplyFeatureViewsResponse;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.ListFeatureViewsRequest;
import io.millrace.proto.features.v1.ListFeatureViewsResponse;
import io.millrace.proto.features.v1.MutinyFeatureServiceGrpc;
import io.millrace.proto.features.v1.PushFeaturesRequest;
import io.millrace.proto.features.v1.PushFeaturesResponse;
import io.millrace.proto.features.v1.RetireFeatureViewRequest;
import io.millrace.proto.features.v1.RetireFeatureViewResponse;
import io.millrace.proto.features.v1.StreamPushFeaturesRequest;
import io.millrace.proto.features.v1.StreamPushFeaturesResponse;
import io.opentelemetry.api.trace.Span;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code millrace.features.v1.FeatureService}. Small reads of the embedded store are made on the event loop, which they hold for microseconds. */
@GrpcService
public class FeatureGrpcService extends MutinyFeatureServiceGrpc.FeatureServiceImplBase {
    private final GrpcWork work;
    private final OnlineFeatures online;
    private final Pushes pushes;
    private final PushStreams streams;
    private final Definitions definitions;
    private final FeatureMetrics metrics;
    private final Duration deadlineMargin;

    public FeatureGrpcService(
            GrpcWork work,
            OnlineFeatures online,
            Pushes pushes,
            PushStreams streams,
            Definitions definitions,
            FeatureMetrics metrics,
            FeaturesConfig config) {
        this.work = work;
        this.online = online;
        this.pushes = pushes;
        this.streams = streams;
        this.definitions = definitions;
        this.metrics = metrics;
        metrics.gauge(FeatureMetrics.READ_WAITING, online, OnlineFeatures::waiting);
        metrics.gauge(FeatureMetrics.PUSH_STREAMS, streams, PushStreams::open);
        this.deadlineMargin = config.reads().deadlineMargin();
    }

    /** The online read answers bytes: {@link AnswerBytes}. */
    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(WrittenAnswers.bind(super.bindService(), this::read));
    }

    private Uni<EncodedMessage> read(GetOnlineFeaturesRequest request) {
        long start = System.nanoTime();
        try {
            Deadline deadline = Context.current().getDeadline();
            ReadCall call = deadline == null
                    ? ReadCall.patient()
                    : ReadCall.within(Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)));
            CompletableFuture<OnlineAnswer> answer =
                    online.read(online(request), wait(request.getCompleteWithinMs(), deadline), call);
            if (answer.isDone() && !answer.isCompletedExceptionally()) {
                return Uni.createFrom().item(answered(answer.join(), request, start));
            }
            Span span = Span.current();
            Context.current().addListener(_ -> call.cancel(), Runnable::run);
            return Uni.createFrom()
                    .completionStage(answer)
                    .map(given -> {
                        span.setAttribute("millrace.features.complete", given.complete());
                        return answered(given, request, start);
                    })
                    .onFailure(Refusal.class)
                    .invoke(refusal -> metrics.refused(((Refusal) refusal).reason()));
        } catch (Refusal refusal) {
            metrics.refused(refusal.reason());
            throw refusal;
        }
    }

    private EncodedMessage answered(OnlineAnswer answer, GetOnlineFeaturesRequest request, long start) {
        EncodedMessage response = AnswerBytes.of(answer);
        Completeness completeness = request.getCompleteWithinMs() == 0
                ? Completeness.NOT_ASKED
                : answer.complete() ? Completeness.REACHED : Completeness.NOT_REACHED;
        metrics.read(completeness, answer.rows(), System.nanoTime() - start);
        return response;
    }

    private static OnlineRequest online(GetOnlineFeaturesRequest request) {
        return new OnlineRequest(
                request.getFeaturesList(),
                ProtoValues.columns(request.getEntitiesMap()),
                request.getAsOfMicrosList(),
                request.getFullFeatureNames(),
                OnlineRequest.UnknownColumns.REFUSE,
                request.getFeatureService().isEmpty() ? Optional.empty() : Optional.of(request.getFeatureService()),
                ProtoValues.columns(request.getRequestDataMap()));
    }

    /** How long to wait for completeness: what is asked for, and an answer that still reaches the caller. */
    private Duration wait(int completeWithinMs, @Nullable Deadline deadline) {
        Duration asked = Duration.ofMillis(Integer.toUnsignedLong(completeWithinMs));
        if (deadline == null || asked.isZero()) {
            return asked;
        }
        Duration left =
                Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)).minus(deadlineMargin);
        Duration least = Duration.ofMillis(1);
        return left.compareTo(asked) >= 0 ? asked : left.compareTo(least) < 0 ? least : left;
    }

    @Override
    public Uni<PushFeaturesResponse> pushFeatures(PushFeaturesRequest request) {
        return work.run(() -> {
            int rows = pushes.push(StreamPushes.push(request));
            return PushFeaturesResponse.newBuilder().setRows(rows).build();
        });
    }

    @Override
    public Uni<StreamPushFeaturesResponse> streamPushFeatures(Multi<StreamPushFeaturesRequest> requests) {
        return StreamPushes.take(streams, requests);
    }

    @Override
    public Uni<ApplyFeatureViewsResponse> applyFeatureViews(ApplyFeatureViewsRequest request) {
        return work.run(() -> {
            return ProtoDefinitions.plan(
                    definitions.apply(ProtoDefinitions.files(request), ProtoDefinitions.mode(request)));
        });
    }

    @Override
    public Uni<ListFeatureViewsResponse> listFeatureViews(ListFeatureViewsRequest request) {
        return work.run(() -> ProtoAnswers.list(definitions.list()));
    }

    @Override
    public Uni<RetireFeatureViewResponse> retireFeatureView(RetireFeatureViewRequest request) {
        return work.run(() -> {
            definitions.retire(new ViewId(request.getName(), request.getVersion()));
            return RetireFeatureViewResponse.getDefaultInstance();
        });
    }
}
