package io.millrace.features.grpc;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.PushStream;
import io.millrace.features.app.PushStreams;
import io.millrace.features.app.Pushes;
import io.millrace.features.domain.PushTarget;
import io.millrace.gate.Refusal;
import io.millrace.proto.features.v1.PushFeaturesRequest;
import io.millrace.proto.features.v1.StreamPushFeaturesRequest;
import io.millrace.proto.features.v1.StreamPushFeaturesResponse;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;

/** Pushes in protobuf, one or a stream of them. */
final class StreamPushes {
    private StreamPushes() {}

    /**
     * Takes a stream to its end.
     *
     * @throws Refusal where there are too many streams
     */
    static Uni<StreamPushFeaturesResponse> take(PushStreams streams, Multi<StreamPushFeaturesRequest> requests) {
        PushFlow.Gate gate = PushFlow.current();
        PushStream stream = streams.open(gate::look);
        gate.open(stream::hasRoom, stream::cancel);
        requests.subscribe()
                .with(
                        request ->
                                stream.take(request.getPush().getEventTimeMicrosCount(), () -> push(request.getPush())),
                        _ -> stream.cancel(),
                        stream::end);
        return Uni.createFrom()
                .completionStage(stream.outcome())
                .map(committed -> StreamPushFeaturesResponse.newBuilder()
                        .setRequests(committed.pushes())
                        .setRows(committed.rows())
                        .build());
    }

    static Pushes.Push push(PushFeaturesRequest request) {
        return new Pushes.Push(
                request.getView(),
                ProtoValues.columns(request.getColumnsMap()),
                request.getEventTimeMicrosList(),
                request.getPushId(),
                target(request.getTo()));
    }

    private static PushTarget target(io.millrace.proto.features.v1.PushTarget to) {
        return switch (to) {
            case PUSH_TARGET_UNSPECIFIED, PUSH_TARGET_ONLINE_AND_OFFLINE -> PushTarget.ONLINE_AND_OFFLINE;
            case PUSH_TARGET_ONLINE -> PushTarget.ONLINE;
            case PUSH_TARGET_OFFLINE -> PushTarget.OFFLINE;
            case UNRECOGNIZED -> throw new Refusal(FeatureReason.MALFORMED_REQUEST, "'to' is none of its values");
        };
    }
}
