package io.millrace.local;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.proto.inference.v1.GetPipelineOffsetsRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import io.millrace.proto.inference.v1.PartitionMove;
import io.millrace.proto.inference.v1.PausePipelineRequest;
import io.millrace.proto.inference.v1.PipelineOffsetServiceGrpc;
import io.millrace.proto.inference.v1.PipelineOffsetServiceGrpc.PipelineOffsetServiceBlockingStub;
import io.millrace.proto.inference.v1.PipelineSummary;
import io.millrace.proto.inference.v1.ResumePipelineRequest;
import io.millrace.proto.inference.v1.RewindPipelineRequest;
import io.millrace.proto.inference.v1.RewindPipelineResponse;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, pauses, resumes and moves pipelines of the running platform. */
final class PipelineCommands {
    private static final int PATIENCE_SECONDS = 60;

    private PipelineCommands() {}

    /** Shows each pipeline with its state, its lag over all replicas and the reason where it stands still. */
    @Command(
            name = "pipelines",
            description =
                    "List pipelines with their state, the records that are not scored yet, and why one stands still.",
            mixinStandardHelpOptions = true)
    static final class ListThem implements Callable<Integer> {
        @Override
        public Integer call() {
            return with(channel -> {
                List<PipelineSummary> pipelines = InferenceServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .listPipelines(ListPipelinesRequest.getDefaultInstance())
                        .getPipelinesList();
                var offsets = offsets(channel);
                for (PipelineSummary pipeline : pipelines) {
                    System.out.printf(
                            "%-24s %-8s lag %-8s %s -> %s%s%n",
                            pipeline.getName(),
                            state(pipeline),
                            lag(offsets, pipeline),
                            pipeline.getInputTopic(),
                            String.join(", ", pipeline.getOutputTopicsList()),
                            pipeline.getReason().isEmpty() ? "" : "  (" + pipeline.getReason() + ")");
                }
                if (pipelines.isEmpty()) {
                    System.out.println("no pipelines");
                }
                return 0;
            });
        }

        private static String state(PipelineSummary pipeline) {
            return pipeline.getState().name().replace("STATE_", "").toLowerCase(Locale.ROOT);
        }

        /** What the group has committed against what the topic holds: of all replicas, and of a paused pipeline too. */
        private static String lag(PipelineOffsetServiceBlockingStub offsets, PipelineSummary pipeline) {
            try {
                return String.valueOf(offsets.getPipelineOffsets(GetPipelineOffsetsRequest.newBuilder()
                                .setName(pipeline.getName())
                                .build())
                        .getLag());
            } catch (StatusRuntimeException e) {
                return "unknown";
            }
        }
    }

    /** Pauses a pipeline on all replicas. */
    @Command(
            name = "pause",
            description =
                    "Stop a pipeline after the transaction under way, on all replicas; it stays paused over restarts.",
            mixinStandardHelpOptions = true)
    static final class Pause implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "the pipeline")
        private String name = "";

        @Override
        public Integer call() {
            return with(channel -> {
                InferenceServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .pausePipeline(
                                PausePipelineRequest.newBuilder().setName(name).build());
                System.out.println("pipeline " + name + " is paused");
                return 0;
            });
        }
    }

    /** Lets a pipeline go on. */
    @Command(
            name = "resume",
            description = "Let a paused pipeline go on from its committed offsets.",
            mixinStandardHelpOptions = true)
    static final class Resume implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "the pipeline")
        private String name = "";

        @Override
        public Integer call() {
            return with(channel -> {
                InferenceServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .resumePipeline(
                                ResumePipelineRequest.newBuilder().setName(name).build());
                System.out.println("pipeline " + name + " goes on");
                return 0;
            });
        }
    }

    /** Moves a paused pipeline to another place of its input topic. */
    @Command(
            name = "rewind",
            description = {
                "Move a paused pipeline to another place of its input topic.",
                "What lies behind that place is scored again, and its predictions appear again: each carries its source, by which consumers tell."
            },
            mixinStandardHelpOptions = true)
    static final class RewindIt implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "the pipeline")
        private String name = "";

        @Option(
                names = "--to",
                required = true,
                paramLabel = "PLACE",
                description =
                        "earliest, latest, an instant such as 2026-03-01T00:00:00Z, or offsets such as 0=123,1=456")
        private String to = "";

        @Option(names = "--dry-run", description = "say what that would do and do nothing; the pipeline may run")
        private boolean dryRun;

        @Option(names = "--forward", description = "records that were not scored yet may be skipped")
        private boolean forward;

        @Override
        public Integer call() {
            return with(channel -> {
                PipelineOffsetServiceBlockingStub offsets = offsets(channel);
                RewindPipelineRequest request = RewindPipelineRequest.newBuilder()
                        .setName(name)
                        .setTo(to)
                        .setForward(forward)
                        .build();
                print(
                        name,
                        offsets.rewindPipeline(
                                request.toBuilder().setDryRun(true).build()),
                        System.out::println);
                if (dryRun) {
                    return 0;
                }
                RewindPipelineResponse done = offsets.rewindPipeline(request);
                System.out.printf(
                        "moved: %d records are scored again, %d are skipped; ./millrace resume %s lets it go on%n",
                        done.getAgain(), done.getSkipped(), name);
                return 0;
            });
        }

        /** What moving would do, one line for each partition. */
        static void print(String name, RewindPipelineResponse plan, Consumer<String> out) {
            out.accept("pipeline " + name + " on topic " + plan.getTopic()
                    + (plan.getPaused() ? "" : ", which runs: pause it before it is moved"));
            for (PartitionMove move : plan.getMovesList()) {
                out.accept("  partition %d: from %s to %d%s%s"
                        .formatted(
                                move.getPartition(),
                                move.hasFrom() ? String.valueOf(move.getFrom()) : "where it begins",
                                move.getTo(),
                                move.getAgain() > 0 ? ", " + move.getAgain() + " records again" : "",
                                move.getSkipped() > 0 ? ", " + move.getSkipped() + " records skipped" : ""));
            }
            out.accept("  in all " + plan.getAgain()
                    + " records are scored again and their predictions appear again, with the same source, and "
                    + plan.getSkipped() + " are skipped");
        }
    }

    private static PipelineOffsetServiceBlockingStub offsets(ManagedChannel channel) {
        return PipelineOffsetServiceGrpc.newBlockingStub(channel);
    }

    private static int with(ToIntFunction<ManagedChannel> work) {
        try (var channels = new Channels(Main.running().ports())) {
            return work.applyAsInt(channels.to(Service.INFERENCE));
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed(
                    e.getStatus().getDescription() == null
                            ? "inference-service does not answer: "
                                    + e.getStatus().getCode()
                            : e.getStatus().getDescription());
        }
    }
}
