package io.millrace.local.demo;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.LocalPlatform;
import io.millrace.local.platform.ProcessFile;
import io.millrace.local.platform.Service;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import io.millrace.proto.inference.v1.PipelineSummary;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Notices while a demo waits that it waits in vain: a process of the platform has ended, or nothing has moved for a minute. */
final class Watch {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration WORTH_A_HINT = Duration.ofSeconds(5);

    private final LocalPlatform platform;
    private final Layout layout;
    private final Channels channels;
    private final List<ProcessFile.Entry> expected;
    private long lastCheck = System.nanoTime();
    private long lastMove = System.nanoTime();
    private long lastMark = -1;

    Watch(LocalPlatform platform, Layout layout, Channels channels) {
        this.platform = platform;
        this.layout = layout;
        this.channels = channels;
        this.expected = platform.processes().stream()
                .filter(entry -> !entry.name().equals("helper"))
                .toList();
    }

    /**
     * To be called again and again while waiting.
     *
     * @param mark anything that changes while things move on
     */
    void check(long mark) {
        if (mark != lastMark) {
            lastMark = mark;
            lastMove = System.nanoTime();
        }
        if (System.nanoTime() - lastCheck < EVERY.toNanos()) {
            return;
        }
        lastCheck = System.nanoTime();
        var alive = new HashSet<>(platform.processes());
        for (ProcessFile.Entry entry : expected) {
            if (!alive.contains(entry)) {
                throw CommandFailure.failed(entry.name() + " has ended; its log: " + layout.log(entry.name()));
            }
        }
        if (System.nanoTime() - lastMove > PATIENCE.toNanos()) {
            throw CommandFailure.failed("nothing has moved for " + PATIENCE.toSeconds() + " s; " + pipelines());
        }
    }

    /** What the pipelines say of themselves where nothing has moved for some seconds; else empty. */
    String hint() {
        return System.nanoTime() - lastMove > WORTH_A_HINT.toNanos() ? "; " + pipelines() : "";
    }

    private String pipelines() {
        try {
            return InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .listPipelines(ListPipelinesRequest.getDefaultInstance())
                    .getPipelinesList()
                    .stream()
                    .map(Watch::state)
                    .collect(Collectors.joining("; "));
        } catch (StatusRuntimeException e) {
            return "inference-service does not answer: " + e.getStatus();
        }
    }

    private static String state(PipelineSummary pipeline) {
        return "pipeline " + pipeline.getName() + " is " + pipeline.getState() + " " + pipeline.getReason();
    }
}
