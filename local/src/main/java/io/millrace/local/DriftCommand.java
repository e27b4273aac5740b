package io.millrace.local;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.proto.inference.v1.DriftIncident;
import io.millrace.proto.inference.v1.DriftMeasure;
import io.millrace.proto.inference.v1.DriftReport;
import io.millrace.proto.inference.v1.DriftSegment;
import io.millrace.proto.inference.v1.DriftUpstream;
import io.millrace.proto.inference.v1.GetDriftRequest;
import io.millrace.proto.inference.v1.ListDriftRequest;
import io.millrace.proto.inference.v1.MovedThing;
import io.millrace.proto.inference.v1.VersionDrift;
import io.millrace.proto.inference.v1.WatchServiceGrpc;
import io.millrace.proto.inference.v1.WatchServiceGrpc.WatchServiceBlockingStub;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows how the predictions of pipelines compare with what their models were made with. */
@Command(
        name = "drift",
        description = {
            "Show what of the predictions of pipelines has moved, by how much and since when, in which segment, and"
                    + " what is known of where it comes from;",
            "exit code 1 where something has moved and has not come back."
        },
        mixinStandardHelpOptions = true)
final class DriftCommand implements Callable<Integer> {
    private static final int MOST_FEATURES = 12;

    @Parameters(paramLabel = "PIPELINE", arity = "0..1", description = "only this one; all where left out")
    private @Nullable String pipeline;

    @Override
    public Integer call() {
        try (var channels = new Channels(Main.running().ports())) {
            WatchServiceBlockingStub watch = WatchServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                    .withDeadlineAfter(10, TimeUnit.SECONDS);
            List<DriftReport> reports = pipeline == null
                    ? watch.listDrift(ListDriftRequest.getDefaultInstance()).getReportsList()
                    : List.of(watch.getDrift(GetDriftRequest.newBuilder()
                                    .setPipeline(pipeline)
                                    .build())
                            .getReport());
            reports.forEach(report -> show(report, System.out::println));
            boolean moved = reports.stream()
                    .flatMap(report -> report.getVersionsList().stream())
                    .anyMatch(version ->
                            version.hasIncident() && !version.getIncident().hasEndedMicros());
            return moved ? CommandFailure.FAILED : 0;
        } catch (StatusRuntimeException e) {
            String words = e.getStatus().getDescription();
            throw CommandFailure.failed(
                    words == null
                            ? "inference-service does not answer: "
                                    + e.getStatus().getCode()
                            : words);
        }
    }

    static void show(DriftReport report, Consumer<String> out) {
        out.accept(report.getPipeline() + ": " + report.getRows() + " predictions watched"
                + (report.hasAsOfMicros() ? ", looked at up to " + instant(report.getAsOfMicros()) : ""));
        report.getVersionsList().forEach(version -> show(version, out));
    }

    private static void show(VersionDrift version, Consumer<String> out) {
        out.accept("  " + version.getModel() + " " + version.getVersion() + ": reference " + version.getReference()
                + ", " + version.getReferenceRows() + " rows");
        if (version.hasWindow()) {
            out.accept("    compared: " + version.getWindow().getRows() + " rows from "
                    + instant(version.getWindow().getFromMicros()) + " to "
                    + instant(version.getWindow().getToMicros()));
        }
        version.getScoresList().forEach(measure -> show(measure, out));
        version.getFeaturesList().stream().limit(MOST_FEATURES).forEach(measure -> show(measure, out));
        if (version.hasJoint()) {
            out.accept(text(
                    "    all features together: area %.3f (%.3f to %.3f)%s",
                    version.getJoint().getAuc(),
                    version.getJoint().getLower(),
                    version.getJoint().getUpper(),
                    version.getJoint().getAlarm() ? "  MOVED" : ""));
        }
        if (version.hasIncident()) {
            show(version.getIncident(), out);
        }
    }

    private static void show(DriftMeasure measure, Consumer<String> out) {
        out.accept(text(
                "    %-40s %-13s PSI %.3f, JS %.4f bits, missing %.1f %% (was %.1f %%)%s",
                measure.getName(),
                measure.getAgainst(),
                measure.getPsi(),
                measure.getJensenShannon(),
                100 * measure.getMissing(),
                100 * measure.getMissingBefore(),
                measure.getAlarm() ? "  MOVED" : ""));
    }

    private static void show(DriftIncident incident, Consumer<String> out) {
        out.accept("    moved since " + instant(incident.getSinceMicros()) + ", found at "
                + instant(incident.getFoundMicros()) + " on " + incident.getRows() + " rows"
                + (incident.hasEndedMicros() ? ", back at " + instant(incident.getEndedMicros()) : ""));
        for (MovedThing moved : incident.getMovedList()) {
            out.accept(text(
                    "      %s: %s by %.3f against %s, chance %.1e",
                    moved.getName(), moved.getKind(), moved.getBy(), moved.getAgainst(), moved.getP()));
        }
        for (DriftSegment segment : incident.getSegmentsList()) {
            out.accept(text(
                    "      where %s: %s was %.4g, is %.4g; %.0f %% of the whole",
                    String.join(" and ", segment.getConditionsList()),
                    segment.getOf(),
                    segment.getBefore(),
                    segment.getNow(),
                    100 * segment.getShare()));
        }
        for (DriftUpstream upstream : incident.getUpstreamList()) {
            out.accept("      view " + upstream.getView() + ages(upstream));
            upstream.getRemarksList().forEach(remark -> out.accept("        " + remark));
        }
    }

    private static String ages(DriftUpstream upstream) {
        if (!upstream.hasAgeSeconds()) {
            return "";
        }
        return upstream.hasAgeSecondsBefore()
                ? text(
                        ": its features are %.0f s old, were %.0f s",
                        upstream.getAgeSeconds(), upstream.getAgeSecondsBefore())
                : text(": its features are %.0f s old", upstream.getAgeSeconds());
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
