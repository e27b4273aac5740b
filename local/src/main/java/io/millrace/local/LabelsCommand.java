package io.millrace.local;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.proto.inference.v1.CalibrationBin;
import io.millrace.proto.inference.v1.ClassificationQuality;
import io.millrace.proto.inference.v1.GetQualityRequest;
import io.millrace.proto.inference.v1.GetQualityResponse;
import io.millrace.proto.inference.v1.LabelServiceGrpc;
import io.millrace.proto.inference.v1.LabelServiceGrpc.LabelServiceBlockingStub;
import io.millrace.proto.inference.v1.LabelsSummary;
import io.millrace.proto.inference.v1.ListLabelsRequest;
import io.millrace.proto.inference.v1.RegressionQuality;
import io.millrace.proto.inference.v1.VersionQuality;
import io.millrace.proto.inference.v1.WindowQuality;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the label streams and how good the predictions were by them. */
@Command(
        name = "labels",
        description = "Show where labels come from, and how good predictions were by them.",
        mixinStandardHelpOptions = true)
final class LabelsCommand implements Callable<Integer> {
    private static final long DEADLINE_SECONDS = 30;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "these alone")
    private String name = "";

    @Option(names = "--calibration", description = "show the reliability curve, too")
    private boolean calibration;

    @Override
    public Integer call() {
        try (var channels = new Channels(Main.running().ports())) {
            var labels = LabelServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
            List<LabelsSummary> all = labels.listLabels(ListLabelsRequest.getDefaultInstance()).getLabelsList().stream()
                    .filter(each -> name.isEmpty() || each.getName().equals(name))
                    .toList();
            if (all.isEmpty()) {
                System.out.println(name.isEmpty() ? "no labels are applied" : "no labels are named '" + name + "'");
                return name.isEmpty() ? 0 : 1;
            }
            all.forEach(each -> show(each, labels));
            return 0;
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed(Optional.ofNullable(e.getStatus().getDescription())
                    .orElse("inference-service does not answer: " + e.getStatus()));
        }
    }

    private void show(LabelsSummary summary, LabelServiceBlockingStub labels) {
        System.out.println(summary.getName() + "  of pipeline " + summary.getPipeline() + "  from " + summary.getTopic()
                + (summary.getReason().isEmpty() ? "" : "  " + summary.getReason()));
        try {
            lines(
                            labels.getQuality(GetQualityRequest.newBuilder()
                                    .setLabels(summary.getName())
                                    .build()),
                            calibration)
                    .forEach(System.out::println);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
                throw e;
            }
            System.out.println("  " + e.getStatus().getDescription());
        }
    }

    /** Quality for people: a line for each version and window. */
    static List<String> lines(GetQualityResponse quality, boolean calibration) {
        var lines = new ArrayList<String>();
        if (quality.getVersionsCount() == 0) {
            lines.add("  nothing was predicted yet");
            return lines;
        }
        lines.add("  by " + Instant.EPOCH.plus(quality.getAsOfMicros(), ChronoUnit.MICROS));
        for (VersionQuality version : quality.getVersionsList()) {
            lines.add("  " + version.getModelName() + " version " + version.getModelVersion()
                    + (version.getShadow().isEmpty() ? "" : " as shadow " + version.getShadow()));
            for (WindowQuality window : version.getWindowsList()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "    %-5s %,d of %,d labelled (%s), half after %s: %s",
                        window.getWindow(),
                        window.getLabels(),
                        window.getPredictions(),
                        window.getPredictions() == 0
                                ? "-"
                                : String.format(
                                        Locale.ROOT, "%.1f %%", 100.0 * window.getLabels() / window.getPredictions()),
                        age(window.getMedianAgeMicros()),
                        measures(window)));
                if (calibration && window.hasClassification()) {
                    window.getClassification().getCalibrationList().stream()
                            .filter(bin -> bin.getRows() > 0)
                            .map(LabelsCommand::line)
                            .forEach(lines::add);
                }
            }
        }
        return lines;
    }

    private static String measures(WindowQuality window) {
        return switch (window.getMeasuresCase()) {
            case CLASSIFICATION -> classification(window.getClassification());
            case REGRESSION -> regression(window.getRegression());
            case MEASURES_NOT_SET -> "";
        };
    }

    private static String classification(ClassificationQuality all) {
        return all.getRows() == 0
                ? "nothing to measure"
                : String.format(
                        Locale.ROOT,
                        "log loss %.4f, Brier %.4f, AUC %.4f, calibration error %.4f, at %.2f precision %.3f, recall %.3f",
                        all.getLogLoss(),
                        all.getBrier(),
                        all.getAuc(),
                        all.getCalibrationError(),
                        all.getThreshold(),
                        all.getPrecision(),
                        all.getRecall());
    }

    private static String regression(RegressionQuality all) {
        return all.getRows() == 0
                ? "nothing to measure"
                : String.format(
                        Locale.ROOT,
                        "MAE %.4g, RMSE %.4g, bias %.4g, pinball at %.2f %.4g",
                        all.getMae(),
                        all.getRmse(),
                        all.getBias(),
                        all.getQuantile(),
                        all.getPinball());
    }

    private static String line(CalibrationBin bin) {
        return String.format(
                Locale.ROOT,
                "          %.1f to %.1f: %,d predicted %.3f on average, %.3f came",
                bin.getFrom(),
                bin.getTo(),
                bin.getRows(),
                bin.getMeanScore(),
                bin.getPositiveShare());
    }

    private static String age(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString()
                .substring(2)
                .toLowerCase(Locale.ROOT);
    }
}
