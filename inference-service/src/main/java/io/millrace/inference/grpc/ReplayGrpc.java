package io.millrace.inference.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.replay.PredictionLog.Sample;
import io.millrace.inference.app.replay.RecordPlace;
import io.millrace.inference.app.replay.Replay;
import io.millrace.inference.app.replay.Replays;
import io.millrace.proto.inference.v1.MutinyReplayServiceGrpc;
import io.millrace.proto.inference.v1.PredictionReplay;
import io.millrace.proto.inference.v1.ReplayDifference;
import io.millrace.proto.inference.v1.ReplayPredictionsRequest;
import io.millrace.proto.inference.v1.ReplayPredictionsResponse;
import io.millrace.proto.inference.v1.SamplePredictionsRequest;
import io.millrace.proto.inference.v1.SamplePredictionsResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;

/** {@code millrace.inference.v1.ReplayService}. */
@GrpcService
public class ReplayGrpc extends MutinyReplayServiceGrpc.ReplayServiceImplBase {
    private final GrpcWork work;
    private final Replays replays;

    public ReplayGrpc(GrpcWork work, Replays replays) {
        this.work = work;
        this.replays = replays;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<ReplayPredictionsResponse> replayPredictions(ReplayPredictionsRequest request) {
        return work.run(() -> {
            var response = ReplayPredictionsResponse.newBuilder();
            replays.replay(request.getPredictionsList().stream()
                            .map(RecordPlace::parse)
                            .toList())
                    .forEach(replay -> response.addReplays(replay(replay)));
            return response.build();
        });
    }

    @Override
    public Uni<SamplePredictionsResponse> samplePredictions(SamplePredictionsRequest request) {
        return work.run(() -> {
            Sample sample = replays.sample(request.getTopic(), request.getCount(), request.getSeed());
            return SamplePredictionsResponse.newBuilder()
                    .addAllPredictions(
                            sample.places().stream().map(RecordPlace::toString).toList())
                    .setPopulation(sample.population())
                    .build();
        });
    }

    private static PredictionReplay replay(Replay replay) {
        var message = PredictionReplay.newBuilder()
                .setPrediction(replay.place().toString())
                .setOutcome(
                        switch (replay.outcome()) {
                            case SAME -> PredictionReplay.Outcome.OUTCOME_SAME;
                            case DIFFERENT -> PredictionReplay.Outcome.OUTCOME_DIFFERENT;
                            case GONE -> PredictionReplay.Outcome.OUTCOME_GONE;
                        })
                .setPipeline(replay.pipeline())
                .setKey(replay.key())
                .setRecorded(replay.recorded())
                .setRebuilt(replay.rebuilt())
                .addAllRemarks(replay.remarks());
        for (Replay.Difference difference : replay.differences()) {
            message.addDifferences(ReplayDifference.newBuilder()
                    .setWhat(difference.what().name())
                    .setName(difference.name())
                    .setRecorded(difference.recorded())
                    .setRebuilt(difference.rebuilt())
                    .setWords(difference.words()));
        }
        return message.build();
    }
}
