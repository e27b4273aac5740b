package io.millrace.inference.grpc;

import io.millrace.inference.domain.watch.DriftReport;
import io.millrace.inference.domain.watch.DriftReport.Incident;
import io.millrace.inference.domain.watch.DriftReport.Joint;
import io.millrace.inference.domain.watch.DriftReport.Measure;
import io.millrace.inference.domain.watch.DriftReport.Moved;
import io.millrace.inference.domain.watch.DriftReport.Segment;
import io.millrace.inference.domain.watch.DriftReport.Upstream;
import io.millrace.inference.domain.watch.DriftReport.VersionDrift;
import io.millrace.proto.inference.v1.DriftIncident;
import io.millrace.proto.inference.v1.DriftMeasure;
import io.millrace.proto.inference.v1.DriftSegment;
import io.millrace.proto.inference.v1.DriftUpstream;
import io.millrace.proto.inference.v1.DriftWindow;
import io.millrace.proto.inference.v1.JointDrift;
import io.millrace.proto.inference.v1.MovedThing;
import io.millrace.proto.inference.v1.RankedFeature;
import io.millrace.proto.inference.v1.ScoreQuantile;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Reports of drift as messages. */
final class DriftMessages {
    private DriftMessages() {}

    static io.millrace.proto.inference.v1.DriftReport report(DriftReport report) {
        var message = io.millrace.proto.inference.v1.DriftReport.newBuilder()
                .setPipeline(report.pipeline())
                .setRows(report.rows())
                .setLeftOut(report.leftOut());
        if (report.asOf() != null) {
            message.setAsOfMicros(micros(report.asOf()));
        }
        report.versions().forEach(version -> message.addVersions(version(version)));
        return message.build();
    }

    private static io.millrace.proto.inference.v1.VersionDrift version(VersionDrift version) {
        var message = io.millrace.proto.inference.v1.VersionDrift.newBuilder()
                .setModel(version.model())
                .setVersion(version.version())
                .setDigest(version.digest())
                .setReference(version.reference())
                .setReferenceRows(version.referenceRows())
                .setRows(version.rows());
        if (version.window() != null) {
            message.setWindow(DriftWindow.newBuilder()
                    .setFromMicros(micros(version.window().from()))
                    .setToMicros(micros(version.window().to()))
                    .setRows(version.window().rows()));
        }
        version.features().forEach(measure -> message.addFeatures(measure(measure)));
        version.scores().forEach(measure -> message.addScores(measure(measure)));
        version.quantiles()
                .forEach(quantile -> message.addQuantiles(
                        ScoreQuantile.newBuilder().setShare(quantile.share()).setValue(quantile.value())));
        if (version.joint() != null) {
            message.setJoint(joint(version.joint()));
        }
        if (version.incident() != null) {
            message.setIncident(incident(version.incident()));
        }
        return message.build();
    }

    private static DriftMeasure measure(Measure measure) {
        var message = DriftMeasure.newBuilder()
                .setName(measure.name())
                .setAgainst(measure.against())
                .setRows(measure.rows())
                .setPsi(measure.psi())
                .setJensenShannon(measure.jensenShannon())
                .setP(measure.p())
                .setMissing(measure.missing())
                .setMissingBefore(measure.missingBefore())
                .setImputed(measure.imputed())
                .addAllNewCategories(measure.newCategories())
                .setAlarm(measure.alarm());
        where(measure.psiCritical(), message::setPsiCritical);
        where(measure.ks(), message::setKs);
        where(measure.ksP(), message::setKsP);
        where(measure.newShare(), message::setNewShare);
        return message.build();
    }

    private static JointDrift joint(Joint joint) {
        return JointDrift.newBuilder()
                .setAuc(joint.auc())
                .setLower(joint.lower())
                .setUpper(joint.upper())
                .setP(joint.p())
                .setAlarm(joint.alarm())
                .build();
    }

    private static DriftIncident incident(Incident incident) {
        var message = DriftIncident.newBuilder()
                .setId(incident.id())
                .setSinceMicros(micros(incident.since()))
                .setFoundMicros(micros(incident.found()))
                .setRows(incident.rows());
        if (incident.ended() != null) {
            message.setEndedMicros(micros(incident.ended()));
        }
        incident.moved().forEach(moved -> message.addMoved(moved(moved)));
        incident.cause()
                .features()
                .forEach(ranked -> message.addFeatures(RankedFeature.newBuilder()
                        .setName(ranked.name())
                        .setPsi(ranked.psi())
                        .setP(ranked.p())));
        incident.cause().segments().forEach(segment -> message.addSegments(segment(segment)));
        incident.cause().upstream().forEach(upstream -> message.addUpstream(upstream(upstream)));
        return message.build();
    }

    private static MovedThing moved(Moved moved) {
        return MovedThing.newBuilder()
                .setName(moved.name())
                .setKind(moved.kind())
                .setAgainst(moved.against())
                .setBy(moved.by())
                .setP(moved.p())
                .setSinceMicros(micros(moved.since()))
                .build();
    }

    private static DriftSegment segment(Segment segment) {
        return DriftSegment.newBuilder()
                .addAllConditions(segment.conditions())
                .setOf(segment.of())
                .setRowsBefore(segment.rowsBefore())
                .setRows(segment.rows())
                .setBefore(segment.before())
                .setNow(segment.now())
                .setShare(segment.share())
                .setP(segment.p())
                .build();
    }

    private static DriftUpstream upstream(Upstream upstream) {
        var message = DriftUpstream.newBuilder()
                .setView(upstream.view())
                .addAllFeatures(upstream.features())
                .addAllRemarks(upstream.remarks());
        where(upstream.ageSeconds(), message::setAgeSeconds);
        where(upstream.ageSecondsBefore(), message::setAgeSecondsBefore);
        return message.build();
    }

    private static void where(@Nullable Double value, DoubleConsumer set) {
        if (value != null) {
            set.accept(value);
        }
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
