package io.millrace.inference.grpc;

import io.millrace.inference.app.plan.Comparison;
import io.millrace.inference.app.plan.PlanReport;
import io.millrace.inference.app.plan.PlanReport.ContractReport;
import io.millrace.inference.app.plan.PlanReport.Example;
import io.millrace.inference.app.plan.PlanReport.FlipsAt;
import io.millrace.inference.app.plan.PlanReport.Kind;
import io.millrace.inference.app.plan.PlanReport.PipelineReport;
import io.millrace.proto.inference.v1.DifferenceQuantiles;
import io.millrace.proto.inference.v1.GetReplayPlanResponse;
import io.millrace.proto.inference.v1.ReplayExample;
import io.millrace.proto.inference.v1.ReplayedContract;
import io.millrace.proto.inference.v1.ReplayedPipeline;
import io.millrace.proto.inference.v1.ReplayedRule;

/** Reports of replayed plans as messages. */
final class ReplayPlanMessages {
    private ReplayPlanMessages() {}

    static GetReplayPlanResponse report(PlanReport report) {
        var message = GetReplayPlanResponse.newBuilder().setMillis(report.took().toMillis());
        report.pipelines().forEach(pipeline -> message.addPipelines(pipeline(pipeline)));
        report.contracts().forEach(contract -> message.addContracts(contract(contract)));
        return message.build();
    }

    private static ReplayedContract contract(ContractReport report) {
        var message = ReplayedContract.newBuilder()
                .setDomain(report.contract().domain())
                .setName(report.contract().name())
                .setTopic(report.topic())
                .setPopulation(report.population())
                .setEvents(report.events())
                .setUnreadable(report.unreadable())
                .setReadingMillis(report.reading().toMillis())
                .setCheckingMillis(report.checking().toMillis())
                .addAllNotes(report.notes())
                .setFailure(report.failure());
        report.rules()
                .forEach(rule -> message.addRules(ReplayedRule.newBuilder()
                        .setCheck(rule.check())
                        .setColumn(rule.column())
                        .setMessage(rule.message())
                        .setRecorded(rule.recorded())
                        .setPlanned(rule.planned())
                        .addAllExamples(rule.examples())));
        return message.build();
    }

    private static ReplayedPipeline pipeline(PipelineReport report) {
        Comparison.Result result = report.result();
        var message = ReplayedPipeline.newBuilder()
                .setPipeline(report.pipeline())
                .addAllReasons(report.reasons())
                .setTopic(report.volume().topic())
                .setPopulation(report.volume().population())
                .setEvents(report.volume().events())
                .setRecordedCells(report.volume().recordedCells())
                .setComputedCells(report.volume().computedCells())
                .setReadingMillis(report.times().reading().toMillis())
                .setFeaturesMillis(report.times().features().toMillis())
                .setScoringMillis(report.times().scoring().toMillis())
                .setRowsPerSecond(report.times().rate(report.volume().events()))
                .addAllNotes(report.notes())
                .setFailure(report.failure());
        counts(message, result);
        result.difference()
                .ifPresent(of -> message.setDifference(DifferenceQuantiles.newBuilder()
                        .setMin(of.min())
                        .setP05(of.p05())
                        .setP25(of.p25())
                        .setP50(of.p50())
                        .setP75(of.p75())
                        .setP95(of.p95())
                        .setMax(of.max())
                        .setMeanAbsolute(of.meanAbsolute())));
        result.examples().forEach(example -> message.addExamples(example(example)));
        return message.build();
    }

    private static void counts(ReplayedPipeline.Builder message, Comparison.Result result) {
        message.setRecorded(result.recorded().predictions())
                .setRecordedDead(result.recorded().dead())
                .setUnanswered(result.unanswered())
                .setScored(result.planned().predictions())
                .setDead(result.planned().dead())
                .setCompared(result.compared())
                .setDifferent(result.different())
                .setFlips(count(result, Kind.FLIP))
                .setFlipsAt(at(result.flipsAt()))
                .setAlertsRecorded(result.recorded().alerts())
                .setAlertsPlanned(result.planned().alerts())
                .setAlertsGained(count(result, Kind.ALERT_GAINED))
                .setAlertsLost(count(result, Kind.ALERT_LOST))
                .setDeadGained(count(result, Kind.DEAD_GAINED))
                .setDeadLost(count(result, Kind.DEAD_LOST))
                .putAllDeadReasons(result.reasons())
                .putAllRecordedBy(result.recorded().models())
                .putAllPlannedBy(result.planned().models());
    }

    private static long count(Comparison.Result result, Kind kind) {
        return result.counts().getOrDefault(kind, 0L);
    }

    private static String at(FlipsAt at) {
        return switch (at) {
            case OUTPUTS -> "outputs";
            case ALERT -> "alert";
            case HALF -> "0.5";
        };
    }

    private static ReplayExample example(Example example) {
        return ReplayExample.newBuilder()
                .setKind(
                        switch (example.kind()) {
                            case FLIP -> ReplayExample.Kind.KIND_FLIP;
                            case ALERT_GAINED -> ReplayExample.Kind.KIND_ALERT_GAINED;
                            case ALERT_LOST -> ReplayExample.Kind.KIND_ALERT_LOST;
                            case DEAD_GAINED -> ReplayExample.Kind.KIND_DEAD_GAINED;
                            case DEAD_LOST -> ReplayExample.Kind.KIND_DEAD_LOST;
                        })
                .setEvent(example.event())
                .setKey(example.key())
                .setRecorded(example.recorded())
                .setPlanned(example.planned())
                .build();
    }
}
