package io.millrace.local;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.proto.inference.v1.ExplainServiceGrpc;
import io.millrace.proto.inference.v1.GetModelCardRequest;
import io.millrace.proto.inference.v1.LearnerFreeze;
import io.millrace.proto.inference.v1.LearnerProgress;
import io.millrace.proto.inference.v1.LearningServiceGrpc;
import io.millrace.proto.inference.v1.LearningServiceGrpc.LearningServiceBlockingStub;
import io.millrace.proto.inference.v1.ListOnlineModelsRequest;
import io.millrace.proto.inference.v1.OnlineModelSummary;
import io.millrace.proto.inference.v1.ResumeOnlineModelRequest;
import io.millrace.proto.inference.v1.SnapshotOnlineModelRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What can be said of models that learn, and done to them. */
@Command(
        name = "models",
        description = "Show the models that learn on the stream, and what came of their labels.",
        mixinStandardHelpOptions = true)
final class ModelsCommand implements Callable<Integer> {
    private static final long DEADLINE_SECONDS = 30;

    @Override
    public Integer call() {
        return ask(learning -> {
            List<OnlineModelSummary> all = learning.listOnlineModels(ListOnlineModelsRequest.getDefaultInstance())
                    .getModelsList();
            if (all.isEmpty()) {
                System.out.println("no online model is applied");
            }
            return all;
        });
    }

    @Command(
            name = "snapshot",
            description = "Make a version of what an online model has learned now.",
            mixinStandardHelpOptions = true)
    int snapshot(@Parameters(paramLabel = "NAME", description = "the online model") String name) {
        return ask(learning -> List.of(learning.snapshotOnlineModel(
                        SnapshotOnlineModelRequest.newBuilder().setName(name).build())
                .getModel()));
    }

    @Command(
            name = "resume",
            description = "Let an online model learn again that was frozen by labels that looked bad.",
            mixinStandardHelpOptions = true)
    int resume(
            @Parameters(paramLabel = "NAME", description = "the online model") String name,
            @Option(
                            names = "--new-reference",
                            description = "hold later labels against the next ones, as for a law that did change")
                    boolean newReference) {
        return ask(learning -> List.of(learning.resumeOnlineModel(ResumeOnlineModelRequest.newBuilder()
                        .setName(name)
                        .setNewReference(newReference)
                        .build())
                .getModel()));
    }

    @Command(
            name = "card",
            description = "Write what there is to know of a version that serves, as Markdown.",
            mixinStandardHelpOptions = true)
    int card(
            @Parameters(paramLabel = "NAME", description = "the model") String name,
            @Parameters(paramLabel = "VERSION", description = "its version") String version) {
        return told(channels -> System.out.print(ExplainServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .getModelCard(GetModelCardRequest.newBuilder()
                        .setModel(name)
                        .setVersion(version)
                        .build())
                .getMarkdown()));
    }

    private static int ask(Function<LearningServiceBlockingStub, List<OnlineModelSummary>> question) {
        return told(channels -> question.apply(LearningServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS))
                .forEach(model -> lines(model).forEach(System.out::println)));
    }

    private static int told(Consumer<Channels> what) {
        try (var channels = new Channels(Main.running().ports())) {
            what.accept(channels);
            return 0;
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed(Optional.ofNullable(e.getStatus().getDescription())
                    .orElse("inference-service does not answer: " + e.getStatus()));
        }
    }

    /** An online model for people. */
    static List<String> lines(OnlineModelSummary model) {
        var lines = new ArrayList<String>();
        String title = model.getName() + "  " + model.getAlgorithm() + " on labels " + model.getLabels();
        if (!model.hasProgress()) {
            return List.of(title + "  (not fed here)");
        }
        LearnerProgress progress = model.getProgress();
        lines.add(title + (progress.hasFreeze() ? "  FROZEN" : ""));
        lines.add(String.format(
                Locale.ROOT,
                "  %,d labels: %s",
                progress.getLabels(),
                progress.getResultsMap().entrySet().stream()
                        .sorted(java.util.Map.Entry.comparingByKey())
                        .map(each -> String.format(Locale.ROOT, "%,d %s", each.getValue(), each.getKey()))
                        .collect(Collectors.joining(", "))));
        if (progress.getMeasured() > 0) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  before learning: %ssquared error %.4f, recent loss %.4f; %,d drifts",
                    progress.hasLogLoss()
                            ? String.format(
                                    Locale.ROOT,
                                    "log loss %.4f, accuracy %.4f, ",
                                    progress.getLogLoss(),
                                    progress.getAccuracy())
                            : "",
                    progress.getMeanSquaredError(),
                    progress.getRecentLoss(),
                    progress.getDrifts()));
        }
        lines.add("  versions: " + (progress.getVersionsCount() == 0 ? "none" : progress.getVersionsList())
                + String.format(Locale.ROOT, ", %,d labels learned since", progress.getSinceVersion()));
        if (progress.hasFreeze()) {
            LearnerFreeze freeze = progress.getFreeze();
            lines.add(String.format(
                    Locale.ROOT,
                    "  frozen at label %,d: %s, %.4f where %.4f ± %.4f was expected; go on with ./millrace models resume %s",
                    freeze.getExample(),
                    freeze.getReason(),
                    freeze.getMeasured(),
                    freeze.getReference(),
                    freeze.getBound(),
                    model.getName()));
        }
        if (!progress.getFailure().isEmpty()) {
            lines.add("  " + progress.getFailure());
        }
        return lines;
    }
}
