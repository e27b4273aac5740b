package io.millrace.local;

import io.millrace.proto.inference.v1.DifferenceQuantiles;
import io.millrace.proto.inference.v1.GetReplayPlanResponse;
import io.millrace.proto.inference.v1.ReplayExample;
import io.millrace.proto.inference.v1.ReplayedContract;
import io.millrace.proto.inference.v1.ReplayedPipeline;
import io.millrace.proto.inference.v1.ReplayedRule;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Shows what a replayed plan would have done, for people. */
final class ReplayReport {
    private final Consumer<String> out;

    ReplayReport(Consumer<String> out) {
        this.out = out;
    }

    void show(GetReplayPlanResponse report) {
        if (report.getPipelinesCount() == 0) {
            out.accept("no pipeline would predict otherwise: the plan touches none");
        }
        report.getPipelinesList().forEach(this::pipeline);
        report.getContractsList().forEach(this::contract);
    }

    private void contract(ReplayedContract of) {
        out.accept("contract " + of.getDomain() + "/" + of.getName()
                + (of.getTopic().isEmpty() ? "" : " on " + of.getTopic()));
        if (!of.getFailure().isEmpty()) {
            line("not replayed", of.getFailure());
        } else if (!of.getTopic().isEmpty()) {
            line(
                    "events",
                    format(
                            "%,d (%,d offsets), %,d not readable, read in %s, validated in %s",
                            of.getEvents(),
                            of.getPopulation(),
                            of.getUnreadable(),
                            seconds(of.getReadingMillis()),
                            seconds(of.getCheckingMillis())));
            if (of.getRulesCount() == 0) {
                line("breaches", "none, today or as planned");
            }
        }
        for (ReplayedRule rule : of.getRulesList()) {
            line(
                    "breaches",
                    format(
                            "%,d today, %,d as planned: %s%s, %s",
                            rule.getRecorded(),
                            rule.getPlanned(),
                            rule.getCheck(),
                            rule.getColumn().isEmpty() ? "" : " of " + rule.getColumn(),
                            rule.getMessage()));
            if (rule.getRecorded() != rule.getPlanned()) {
                rule.getExamplesList().forEach(row -> out.accept("    " + row));
            }
        }
        of.getNotesList().forEach(note -> line("note", note));
    }

    private void pipeline(ReplayedPipeline of) {
        out.accept("pipeline " + of.getPipeline() + ": " + String.join("; ", of.getReasonsList()));
        if (!of.getFailure().isEmpty()) {
            line("not replayed", of.getFailure());
        } else {
            figures(of);
        }
        of.getNotesList().forEach(note -> line("note", note));
    }

    private void figures(ReplayedPipeline of) {
        line(
                "events",
                format(
                        "%,d of %s (%,d offsets), read in %s, features in %s (%,d recorded, %,d computed), scored in %s: %,.0f rows/s",
                        of.getEvents(),
                        of.getTopic(),
                        of.getPopulation(),
                        seconds(of.getReadingMillis()),
                        seconds(of.getFeaturesMillis()),
                        of.getRecordedCells(),
                        of.getComputedCells(),
                        seconds(of.getScoringMillis()),
                        of.getRowsPerSecond()));
        line(
                "recorded",
                format(
                                "%,d predictions%s, %,d dead letters",
                                of.getRecorded(), counts(of.getRecordedByMap()), of.getRecordedDead())
                        + (of.getUnanswered() == 0 ? "" : format(", nothing of %,d events", of.getUnanswered())));
        line(
                "planned",
                format(
                        "%,d predictions%s, %,d dead letters%s",
                        of.getScored(), counts(of.getPlannedByMap()), of.getDead(), counts(of.getDeadReasonsMap())));
        if (of.hasDifference()) {
            line("differ", differences(of, of.getDifference()));
            line(
                    "flips",
                    format(
                            "%,d (%.2f %%) at %s",
                            of.getFlips(), 100.0 * of.getFlips() / of.getCompared(), of.getFlipsAt()));
        }
        if (of.getAlertsRecorded() + of.getAlertsPlanned() > 0) {
            line(
                    "alerts",
                    format(
                            "%,d were raised, %,d would be: %,d gained, %,d lost",
                            of.getAlertsRecorded(), of.getAlertsPlanned(), of.getAlertsGained(), of.getAlertsLost()));
        }
        if (of.getDeadGained() + of.getDeadLost() > 0) {
            line("dead letters", format("%,d gained, %,d lost", of.getDeadGained(), of.getDeadLost()));
        }
        of.getExamplesList().forEach(this::example);
    }

    private static String differences(ReplayedPipeline of, DifferenceQuantiles by) {
        return format(
                "%,d of %,d, by %.4g to %.4g: 5 %% below %.4g, median %.4g, 5 %% above %.4g; %.4g on average either way",
                of.getDifferent(),
                of.getCompared(),
                by.getMin(),
                by.getMax(),
                by.getP05(),
                by.getP50(),
                by.getP95(),
                by.getMeanAbsolute());
    }

    private void example(ReplayExample example) {
        String kind =
                switch (example.getKind()) {
                    case KIND_FLIP -> "flip";
                    case KIND_ALERT_GAINED -> "alert gained";
                    case KIND_ALERT_LOST -> "alert lost";
                    case KIND_DEAD_GAINED -> "dead letter gained";
                    case KIND_DEAD_LOST -> "dead letter lost";
                    case KIND_UNSPECIFIED, UNRECOGNIZED -> "example";
                };
        out.accept("    " + kind + ": " + example.getEvent()
                + (example.getKey().isEmpty() ? "" : ", key " + example.getKey()) + ": " + example.getRecorded()
                + " -> " + example.getPlanned());
    }

    private void line(String title, String text) {
        out.accept(format("  %-12s %s", title, text));
    }

    private static String counts(Map<String, Long> counts) {
        return counts.isEmpty()
                ? ""
                : new TreeMap<>(counts)
                        .entrySet().stream()
                                .map(each -> each.getKey() + ": " + format("%,d", each.getValue()))
                                .collect(Collectors.joining(", ", " (", ")"));
    }

    private static String seconds(long millis) {
        return format("%.1f s", millis / 1e3);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
