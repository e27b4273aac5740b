package io.millrace.inference.grpc;

import io.millrace.inference.app.deploy.ArmTally;
import io.millrace.inference.app.deploy.Deployments.ArmSummary;
import io.millrace.inference.app.deploy.Deployments.Summary;
import io.millrace.inference.app.deploy.Revision;
import io.millrace.inference.domain.ScoredBatch.Assigned;
import io.millrace.proto.inference.v1.DeploymentArm;
import io.millrace.proto.inference.v1.DeploymentChoice;
import io.millrace.proto.inference.v1.DeploymentRevision;
import io.millrace.proto.inference.v1.DeploymentSummary;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/** Deployments as messages. */
final class DeploymentMessages {
    private DeploymentMessages() {}

    static DeploymentSummary summary(Summary summary) {
        var message = DeploymentSummary.newBuilder()
                .setName(summary.deployment().name())
                .setDescription(summary.deployment().description())
                .setOwner(summary.deployment().owner())
                .setRevision(summary.revision())
                .setDefinitionYaml(summary.deployment().yaml());
        summary.arms().forEach(arm -> message.addArms(arm(arm)));
        summary.shadows().forEach(shadow -> message.addShadows(arm(shadow)));
        summary.revisions().forEach(revision -> message.addRevisions(revision(revision)));
        return message.build();
    }

    static DeploymentChoice choice(Assigned assigned) {
        return DeploymentChoice.newBuilder()
                .setDeployment(assigned.choice().deployment())
                .setRevision(assigned.choice().revision())
                .setArm(assigned.choice().arm())
                .setShare(assigned.choice().share())
                .setModelName(assigned.model().name())
                .setModelVersion(assigned.model().version())
                .setModelDigest(assigned.model().digest())
                .build();
    }

    private static DeploymentArm arm(ArmSummary arm) {
        ArmTally tally = arm.tally();
        return DeploymentArm.newBuilder()
                .setName(arm.name())
                .setModelName(arm.model().name())
                .setModelVersion(arm.model().version().orElse(""))
                .setPercent(arm.percent())
                .setCalls(tally.calls())
                .setRows(tally.rows())
                .setErrors(tally.errors())
                .setPredictions(tally.scores())
                .setMeanPrediction(tally.meanScore())
                .setMeanMicros(TimeUnit.NANOSECONDS.toMicros(tally.meanNanos()))
                .setDropped(tally.droppedCalls())
                .build();
    }

    private static DeploymentRevision revision(Revision revision) {
        return DeploymentRevision.newBuilder()
                .setRevision(revision.number())
                .setAppliedAtMicros(ChronoUnit.MICROS.between(Instant.EPOCH, revision.at()))
                .setRestores(revision.restores())
                .build();
    }
}
