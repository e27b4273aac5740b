package io.millrace.local;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.proto.inference.v1.DeploymentArm;
import io.millrace.proto.inference.v1.DeploymentSummary;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import io.millrace.proto.inference.v1.ListDeploymentsRequest;
import io.millrace.proto.inference.v1.RollbackDeploymentRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What can be said of deployments, and done to them. */
abstract class DeploymentCommand implements Callable<Integer> {
    private static final long DEADLINE_SECONDS = 30;

    private DeploymentCommand() {}

    @Override
    public Integer call() {
        try (var channels = new Channels(Main.running().ports())) {
            run(InferenceServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
            return 0;
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed(Optional.ofNullable(e.getStatus().getDescription())
                    .orElse("inference-service does not answer: " + e.getStatus()));
        }
    }

    abstract void run(InferenceServiceBlockingStub inference);

    @Command(
            name = "deployments",
            description = "Show which share of the calls each model gets, and what came of them.",
            mixinStandardHelpOptions = true,
            subcommands = {ExperimentCommand.Promote.class, ExperimentCommand.RollBack.class})
    static final class ListAll extends DeploymentCommand {
        @Override
        void run(InferenceServiceBlockingStub inference) {
            List<DeploymentSummary> all = inference
                    .listDeployments(ListDeploymentsRequest.getDefaultInstance())
                    .getDeploymentsList();
            if (all.isEmpty()) {
                System.out.println("no deployment is applied");
            }
            all.forEach(deployment -> lines(deployment).forEach(System.out::println));
        }
    }

    @Command(
            name = "rollback",
            description = "Bring back the definition that a deployment had before; again, the one before that.",
            mixinStandardHelpOptions = true)
    static final class Rollback extends DeploymentCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "the deployment")
        private String name = "";

        @Option(names = "--to", paramLabel = "REVISION", description = "this revision instead of the one before")
        private long to;

        @Override
        void run(InferenceServiceBlockingStub inference) {
            DeploymentSummary after = inference
                    .rollbackDeployment(RollbackDeploymentRequest.newBuilder()
                            .setName(name)
                            .setToRevision(to)
                            .build())
                    .getDeployment();
            lines(after).forEach(System.out::println);
        }
    }

    /** A deployment for people: a line of its own, one for each arm and shadow. */
    static List<String> lines(DeploymentSummary deployment) {
        long restores = deployment.getRevisionsCount() == 0
                ? 0
                : deployment.getRevisions(deployment.getRevisionsCount() - 1).getRestores();
        String title = deployment.getName() + "  revision " + deployment.getRevision()
                + (restores == 0 ? "" : " (revision " + restores + " again)")
                + (deployment.getOwner().isEmpty() ? "" : "  " + deployment.getOwner());
        return Stream.of(
                        Stream.of(title),
                        deployment.getArmsList().stream().map(arm -> line("arm", arm)),
                        deployment.getShadowsList().stream().map(arm -> line("shadow", arm)))
                .flatMap(lines -> lines)
                .toList();
    }

    private static String line(String what, DeploymentArm arm) {
        String model =
                arm.getModelName() + (arm.getModelVersion().isEmpty() ? "" : " version " + arm.getModelVersion());
        String mean = arm.getPredictions() == 0
                ? ""
                : String.format(Locale.ROOT, ", mean prediction %.4f", arm.getMeanPrediction());
        return String.format(
                Locale.ROOT,
                "  %-6s %-12s %6.2f %%  %-28s %,d rows in %,d calls, %,d failed, %.2f ms a call%s%s",
                what,
                arm.getName(),
                arm.getPercent(),
                model,
                arm.getRows(),
                arm.getCalls(),
                arm.getErrors(),
                arm.getMeanMicros() / 1e3,
                mean,
                arm.getDropped() == 0 ? "" : String.format(Locale.ROOT, ", %,d not shown", arm.getDropped()));
    }
}
