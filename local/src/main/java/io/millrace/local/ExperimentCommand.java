package io.millrace.local;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.proto.inference.v1.Bandit;
import io.millrace.proto.inference.v1.BanditArm;
import io.millrace.proto.inference.v1.DecideExperimentRequest;
import io.millrace.proto.inference.v1.DecideExperimentRequest.Decision;
import io.millrace.proto.inference.v1.EstimateInterval;
import io.millrace.proto.inference.v1.Experiment;
import io.millrace.proto.inference.v1.ExperimentGain;
import io.millrace.proto.inference.v1.ExperimentReport;
import io.millrace.proto.inference.v1.ExperimentServiceGrpc;
import io.millrace.proto.inference.v1.ExperimentServiceGrpc.ExperimentServiceBlockingStub;
import io.millrace.proto.inference.v1.ListBanditsRequest;
import io.millrace.proto.inference.v1.ListExperimentsRequest;
import io.millrace.proto.inference.v1.PolicyValue;
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

/** What can be said of experiments and bandits, and decided by a person. */
abstract class ExperimentCommand implements Callable<Integer> {
    private static final long DEADLINE_SECONDS = 30;

    private ExperimentCommand() {}

    @Override
    public Integer call() {
        try (var channels = new Channels(Main.running().ports())) {
            run(ExperimentServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
            return 0;
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed(Optional.ofNullable(e.getStatus().getDescription())
                    .orElse("inference-service does not answer: " + e.getStatus()));
        }
    }

    abstract void run(ExperimentServiceBlockingStub inference);

    @Command(
            name = "experiments",
            description = "Show how experiments stand, what was decided, by whom, and on what.",
            mixinStandardHelpOptions = true)
    static final class ListAll extends ExperimentCommand {
        @Override
        void run(ExperimentServiceBlockingStub inference) {
            List<Experiment> all = inference
                    .listExperiments(ListExperimentsRequest.getDefaultInstance())
                    .getExperimentsList();
            if (all.isEmpty()) {
                System.out.println("no deployment has or had an experiment");
            }
            all.forEach(each -> lines(each).forEach(System.out::println));
        }
    }

    @Command(
            name = "bandits",
            description = "Show what bandits know, and what policies that never ran would have earned.",
            mixinStandardHelpOptions = true)
    static final class Bandits extends ExperimentCommand {
        @Override
        void run(ExperimentServiceBlockingStub inference) {
            List<Bandit> all = inference
                    .listBandits(ListBanditsRequest.getDefaultInstance())
                    .getBanditsList();
            if (all.isEmpty()) {
                System.out.println("nothing is known of any bandit");
            }
            all.forEach(each -> lines(each).forEach(System.out::println));
        }
    }

    /** Ends an experiment. */
    abstract static class Decide extends ExperimentCommand {
        private final Decision decision;

        @Parameters(index = "0", paramLabel = "NAME", description = "the deployment")
        private String name = "";

        @Option(names = "--revision", paramLabel = "N", description = "only where this revision still holds")
        private long revision;

        @Option(names = "--anyway", description = "also where the evidence does not ask for it")
        private boolean anyway;

        Decide(Decision decision) {
            this.decision = decision;
        }

        @Override
        void run(ExperimentServiceBlockingStub inference) {
            Experiment after = inference
                    .decideExperiment(DecideExperimentRequest.newBuilder()
                            .setDeployment(name)
                            .setDecision(decision)
                            .setRevision(revision)
                            .setAnyway(anyway)
                            .build())
                    .getExperiment();
            lines(after).forEach(System.out::println);
        }
    }

    @Command(
            name = "promote",
            description = "End a deployment's experiment: the challenger takes the champion's place.",
            mixinStandardHelpOptions = true)
    static final class Promote extends Decide {
        Promote() {
            super(Decision.DECISION_PROMOTE);
        }
    }

    @Command(
            name = "roll-back",
            description = "End a deployment's experiment: the challenger goes, and the champion gets its calls.",
            mixinStandardHelpOptions = true)
    static final class RollBack extends Decide {
        RollBack() {
            super(Decision.DECISION_ROLL_BACK);
        }
    }

    /** An experiment for people. */
    static List<String> lines(Experiment experiment) {
        List<String> lines = new ArrayList<>();
        experiment.getEndedList().forEach(report -> lines.addAll(lines(experiment.getDeployment(), report)));
        boolean isEnded =
                experiment.getEndedList().stream().anyMatch(report -> report.getRevision() == experiment.getRevision());
        if (experiment.getRunning() && !isEnded) {
            if (experiment.hasNow()) {
                lines.addAll(lines(experiment.getDeployment(), experiment.getNow()));
            } else {
                lines.add(experiment.getDeployment() + "  revision " + experiment.getRevision()
                        + "  no outcome of its experiment yet");
            }
        }
        return lines;
    }

    private static List<String> lines(String deployment, ExperimentReport report) {
        List<String> lines = new ArrayList<>();
        String title = deployment + "  revision " + report.getRevision() + "  " + report.getChallenger() + " against "
                + report.getChampion() + ": " + report.getDecision() + ", " + report.getWhy();
        if (!report.getAction().isEmpty()) {
            title += "; " + report.getAction() + " by " + report.getWho() + " at "
                    + Instant.EPOCH.plus(report.getDecidedMicros(), ChronoUnit.MICROS)
                    + (report.getMadeRevision() == 0 ? "" : ", revision " + report.getMadeRevision());
        }
        lines.add(title);
        lines.add(String.format(
                Locale.ROOT,
                "  data       %,d and %,d rows with labels, outcomes %d to %d of %s",
                report.getData().getChampionRows(),
                report.getData().getChallengerRows(),
                report.getData().getFromOffset(),
                report.getData().getToOffset(),
                report.getLabels()));
        lines.add(line("objective", report.getObjective()));
        report.getGuardrailsList().forEach(guardrail -> lines.add(line("guardrail", guardrail)));
        if (!report.getPaired()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  shares     %,d and %,d rows, p %.3g",
                    report.getData().getChampionAssigned(),
                    report.getData().getChallengerAssigned(),
                    report.getSampleRatioP()));
        }
        return lines;
    }

    private static String line(String what, ExperimentGain gain) {
        return String.format(
                Locale.ROOT,
                "  %-10s %-14s better by %.5f [%.5f, %.5f], %,d differences",
                what,
                gain.getOutcome(),
                gain.getEstimate(),
                gain.getLower(),
                gain.getUpper(),
                gain.getDifferences());
    }

    /** A bandit for people. */
    static List<String> lines(Bandit bandit) {
        List<String> lines = new ArrayList<>();
        lines.add(bandit.getDeployment() + "  outcomes up to " + bandit.getToOffset() + " of " + bandit.getLabels());
        for (BanditArm arm : bandit.getArmsList()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  arm        %-16s chance %.4f, %,d rewards, mean %.4f",
                    arm.getName(),
                    arm.getChance(),
                    arm.getRewards(),
                    arm.getMean()));
        }
        for (PolicyValue policy : bandit.getPoliciesList()) {
            EstimateInterval robust = policy.getDoublyRobust();
            lines.add(String.format(
                    Locale.ROOT,
                    "  policy     %-16s would have earned %.4f [%.4f, %.4f], %,.0f effective rows",
                    policy.getPolicy(),
                    robust.getEstimate(),
                    robust.getLower(),
                    robust.getUpper(),
                    policy.getEffectiveRows()));
        }
        return lines;
    }
}
