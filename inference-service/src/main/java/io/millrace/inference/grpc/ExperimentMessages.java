package io.millrace.inference.grpc;

import io.millrace.inference.app.experiment.BanditReport;
import io.millrace.inference.app.experiment.ExperimentReport;
import io.millrace.inference.app.experiment.ExperimentReport.Data;
import io.millrace.inference.app.experiment.Experiments.Standing;
import io.millrace.models.kernel.evidence.Evidence;
import io.millrace.models.kernel.evidence.Evidence.Gain;
import io.millrace.models.kernel.evidence.Interval;
import io.millrace.models.kernel.evidence.OffPolicyEstimates;
import io.millrace.proto.inference.v1.Bandit;
import io.millrace.proto.inference.v1.BanditArm;
import io.millrace.proto.inference.v1.EstimateInterval;
import io.millrace.proto.inference.v1.Experiment;
import io.millrace.proto.inference.v1.ExperimentData;
import io.millrace.proto.inference.v1.ExperimentGain;
import io.millrace.proto.inference.v1.ExperimentVersion;
import io.millrace.proto.inference.v1.PolicyValue;
import java.util.Locale;

/** Experiments and bandits as messages. */
final class ExperimentMessages {
    private ExperimentMessages() {}

    static Experiment standing(Standing standing) {
        var message = Experiment.newBuilder()
                .setDeployment(standing.deployment())
                .setRevision(standing.revision())
                .setRunning(standing.declared().isPresent());
        standing.now().ifPresent(report -> message.setNow(report(report)));
        standing.ended().forEach(report -> message.addEnded(report(report)));
        return message.build();
    }

    private static io.millrace.proto.inference.v1.ExperimentReport report(ExperimentReport report) {
        Evidence evidence = report.evidence();
        var message = io.millrace.proto.inference.v1.ExperimentReport.newBuilder()
                .setRevision(report.revision())
                .setLabels(report.labels())
                .setChampion(report.champion())
                .setChallenger(report.challenger())
                .setPaired(report.paired())
                .setDecision(word(evidence.decision()))
                .setWhy(word(evidence.why()))
                .setData(data(report.data(), evidence))
                .setAlpha(report.alpha())
                .setAlphaOfEach(evidence.alphaOfEach())
                .setMinimumEffect(report.minimumEffect())
                .setSampleRatioP(evidence.sampleRatioP())
                .setObjective(gain(evidence.objective()));
        evidence.guardrails().forEach(guardrail -> message.addGuardrails(gain(guardrail)));
        report.settled().ifPresent(settled -> message.setAction(word(settled.action()))
                .setWho(settled.who())
                .setDecidedMicros(settled.micros())
                .setMadeRevision(settled.revision()));
        return message.build();
    }

    private static ExperimentData data(Data data, Evidence evidence) {
        var message = ExperimentData.newBuilder()
                .setFromOffset(data.from())
                .setToOffset(data.to())
                .setFromMicros(data.fromMicros())
                .setToMicros(data.toMicros())
                .setOutcomes(data.outcomes())
                .setChampionRows(evidence.championRows())
                .setChallengerRows(evidence.challengerRows())
                .setInvalidRows(evidence.invalidRows())
                .setUnpairedRows(data.unpaired())
                .setChampionAssigned(evidence.championAssigned())
                .setChallengerAssigned(evidence.challengerAssigned());
        data.versions()
                .forEach(version -> message.addVersions(ExperimentVersion.newBuilder()
                        .setArm(version.arm())
                        .setModelName(version.model())
                        .setModelVersion(version.version())
                        .setModelDigest(version.digest())
                        .setRows(version.rows())));
        return message.build();
    }

    private static ExperimentGain gain(Gain gain) {
        return ExperimentGain.newBuilder()
                .setOutcome(gain.outcome())
                .setDifferences(gain.differences())
                .setEstimate(gain.estimate())
                .setLower(gain.lower())
                .setUpper(gain.upper())
                .setClipped(gain.clipped())
                .build();
    }

    static Bandit bandit(BanditReport report) {
        var message = Bandit.newBuilder()
                .setDeployment(report.deployment())
                .setLabels(report.labels())
                .setSinceRevision(report.since())
                .setToOffset(report.offset())
                .setToMicros(report.micros());
        report.arms()
                .forEach(arm -> message.addArms(BanditArm.newBuilder()
                        .setName(arm.arm())
                        .setRewards(arm.rewards())
                        .setMean(arm.mean())
                        .setChance(arm.chance())));
        report.policies().forEach(value -> {
            OffPolicyEstimates estimates = value.estimates();
            message.addPolicies(PolicyValue.newBuilder()
                    .setPolicy(value.policy())
                    .setRows(estimates.rows())
                    .setClippedRows(estimates.clippedRows())
                    .setEffectiveRows(estimates.effectiveRows())
                    .setInversePropensity(interval(estimates.inversePropensity()))
                    .setSelfNormalised(interval(estimates.selfNormalised()))
                    .setDoublyRobust(interval(estimates.doublyRobust()))
                    .setAnytime(interval(estimates.anytime())));
        });
        return message.build();
    }

    private static EstimateInterval interval(Interval interval) {
        return EstimateInterval.newBuilder()
                .setEstimate(interval.estimate())
                .setLower(interval.lower())
                .setUpper(interval.upper())
                .build();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
