package io.millrace.inference.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.offsets.PipelineOffsets.Standing;
import io.millrace.inference.app.offsets.Rewind;
import io.millrace.inference.app.offsets.RewindTarget;
import io.millrace.inference.app.offsets.Rewinds;
import io.millrace.proto.inference.v1.GetPipelineOffsetsRequest;
import io.millrace.proto.inference.v1.GetPipelineOffsetsResponse;
import io.millrace.proto.inference.v1.MutinyPipelineOffsetServiceGrpc;
import io.millrace.proto.inference.v1.PartitionMove;
import io.millrace.proto.inference.v1.PartitionOffsets;
import io.millrace.proto.inference.v1.RewindPipelineRequest;
import io.millrace.proto.inference.v1.RewindPipelineResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;

/** {@code millrace.inference.v1.PipelineOffsetService}. */
@GrpcService
public class PipelineOffsetGrpc extends MutinyPipelineOffsetServiceGrpc.PipelineOffsetServiceImplBase {
    private final GrpcWork work;
    private final Rewinds rewinds;

    public PipelineOffsetGrpc(GrpcWork work, Rewinds rewinds) {
        this.work = work;
        this.rewinds = rewinds;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<GetPipelineOffsetsResponse> getPipelineOffsets(GetPipelineOffsetsRequest request) {
        return work.run(() -> offsets(rewinds.look(request.getName())));
    }

    @Override
    public Uni<RewindPipelineResponse> rewindPipeline(RewindPipelineRequest request) {
        return work.run(() -> {
            RewindTarget target = RewindTarget.parse(request.getTo());
            return moves(
                    request.getDryRun()
                            ? rewinds.plan(request.getName(), target)
                            : rewinds.move(request.getName(), target, request.getForward()));
        });
    }

    private static GetPipelineOffsetsResponse offsets(Standing standing) {
        var response = GetPipelineOffsetsResponse.newBuilder()
                .setTopic(standing.topic())
                .setLag(standing.lag());
        standing.partitions().forEach(partition -> {
            var offsets = PartitionOffsets.newBuilder()
                    .setPartition(partition.partition())
                    .setFirst(partition.first())
                    .setEnd(partition.end());
            partition.committed().ifPresent(offsets::setCommitted);
            response.addPartitions(offsets);
        });
        return response.build();
    }

    private static RewindPipelineResponse moves(Rewind rewind) {
        var response = RewindPipelineResponse.newBuilder()
                .setTopic(rewind.topic())
                .setAgain(rewind.again())
                .setSkipped(rewind.skipped())
                .setPaused(rewind.paused())
                .setDone(rewind.done());
        rewind.moves().forEach(move -> {
            var message = PartitionMove.newBuilder()
                    .setPartition(move.partition())
                    .setTo(move.to())
                    .setAgain(move.again())
                    .setSkipped(move.skipped());
            move.from().ifPresent(message::setFrom);
            response.addMoves(message);
        });
        return response.build();
    }
}
