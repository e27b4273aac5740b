package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.inference.app.experiment.ExperimentReport;
import io.millrace.inference.app.experiment.ExperimentReport.Settled;
import io.millrace.inference.app.experiment.Experiments.Standing;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The experiments of a deployment.
 *
 * @param revision that holds
 * @param running whether it has an experiment
 * @param now how that one stands; null until an outcome of it came
 * @param ended those that were decided, oldest first
 */
@RegisterForReflection
public record ExperimentAnswer(
        String deployment,
        long revision,
        boolean running,
        @Nullable Report now,
        List<Report> ended) {

    /**
     * All that a decision rests on. Times are of the outcomes, microseconds since the epoch.
     *
     * @param revision of the deployment, which has the experiment
     * @param decision hold, promote, roll-back or stopped
     * @param action promoted, rolled-back, advised or stopped; null until something was done
     * @param made the revision that was made; 0 where the deployment stays as it was
     */
    @RegisterForReflection
    public record Report(
            long revision,
            String labels,
            String champion,
            String challenger,
            boolean paired,
            String decision,
            String why,
            @Nullable String action,
            @Nullable String who,
            @JsonProperty("decided_micros") long decidedMicros,
            @JsonProperty("made_revision") long made,
            Data data,
            Statistic statistic) {}

    /** What was looked at: offsets in the labels' outcomes topic, and rows. */
    @RegisterForReflection
    public record Data(
            @JsonProperty("from_offset") long from,
            @JsonProperty("to_offset") long to,
            @JsonProperty("from_micros") long fromMicros,
            @JsonProperty("to_micros") long toMicros,
            long outcomes,
            @JsonProperty("champion_rows") long championRows,
            @JsonProperty("challenger_rows") long challengerRows,
            @JsonProperty("invalid_rows") long invalidRows,
            @JsonProperty("unpaired_rows") long unpairedRows,
            @JsonProperty("champion_assigned") long championAssigned,
            @JsonProperty("challenger_assigned") long challengerAssigned,
            List<Version> versions) {}

    /** A model version that an arm was, and how many of the rows it scored. */
    @RegisterForReflection
    public record Version(String arm, String model, String version, String digest, long rows) {}

    /** What the decision follows from. */
    @RegisterForReflection
    public record Statistic(
            double alpha,
            @JsonProperty("alpha_of_each") double alphaOfEach,
            @JsonProperty("minimum_effect") double minimumEffect,
            @JsonProperty("sample_ratio_p") double sampleRatioP,
            Gain objective,
            List<Gain> guardrails) {}

    /** By how much the challenger is better: above 0 is good. Null is what is not known yet. */
    @RegisterForReflection
    public record Gain(
            String outcome,
            long differences,
            @Nullable Double estimate,
            @Nullable Double lower,
            @Nullable Double upper,
            long clipped) {}

    static ExperimentAnswer of(Standing standing) {
        return new ExperimentAnswer(
                standing.deployment(),
                standing.revision(),
                standing.declared().isPresent(),
                standing.now().map(ExperimentAnswer::report).orElse(null),
                standing.ended().stream().map(ExperimentAnswer::report).toList());
    }

    private static Report report(ExperimentReport report) {
        var evidence = report.evidence();
        Settled settled = report.settled().orElse(null);
        var data = new Data(
                report.data().from(),
                report.data().to(),
                report.data().fromMicros(),
                report.data().toMicros(),
                report.data().outcomes(),
                evidence.championRows(),
                evidence.challengerRows(),
                evidence.invalidRows(),
                report.data().unpaired(),
                evidence.championAssigned(),
                evidence.challengerAssigned(),
                report.data().versions().stream()
                        .map(each -> new Version(each.arm(), each.model(), each.version(), each.digest(), each.rows()))
                        .toList());
        var statistic = new Statistic(
                report.alpha(),
                evidence.alphaOfEach(),
                report.minimumEffect(),
                evidence.sampleRatioP(),
                gain(evidence.objective()),
                evidence.guardrails().stream().map(ExperimentAnswer::gain).toList());
        return new Report(
                report.revision(),
                report.labels(),
                report.champion(),
                report.challenger(),
                report.paired(),
                word(evidence.decision()),
                word(evidence.why()),
                settled == null ? null : word(settled.action()),
                settled == null ? null : settled.who(),
                settled == null ? 0 : settled.micros(),
                settled == null ? 0 : settled.revision(),
                data,
                statistic);
    }

    private static Gain gain(io.millrace.models.kernel.evidence.Evidence.Gain gain) {
        return new Gain(
                gain.outcome(),
                gain.differences(),
                finite(gain.estimate()),
                finite(gain.lower()),
                finite(gain.upper()),
                gain.clipped());
    }

    static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
