package io.millrace.inference.app.plan;

import io.millrace.inference.domain.Pipeline.ContractReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a plan would have made of recorded events: one part per pipeline that it touches, by name, and one per contract and topic under it. */
public record PlanReport(List<PipelineReport> pipelines, List<ContractReport> contracts, Duration took) {
    public PlanReport {
        contracts = List.copyOf(contracts);
        pipelines = List.copyOf(pipelines);
    }

    /**
     * A pipeline as planned, beside what was recorded.
     *
     * @param reasons what the plan changes for it, one sentence each
     * @param notes what is to be known about the figures
     * @param failure why there are no figures; empty where there are
     */
    public record PipelineReport(
            String pipeline,
            List<String> reasons,
            Volume volume,
            Comparison.Result result,
            Times times,
            List<String> notes,
            String failure) {
        public PipelineReport {
            reasons = List.copyOf(reasons);
            notes = List.copyOf(notes);
        }
    }

    /**
     * What a planned contract says of recorded events, beside what the registered one does.
     *
     * @param topic empty where no pipeline reads one under the contract
     * @param unreadable events that are no JSON objects
     * @param rules that any event breaks, today or as planned
     * @param failure why there are no figures; empty where there are
     */
    public record ContractReport(
            ContractReference contract,
            String topic,
            long population,
            long events,
            long unreadable,
            List<Rule> rules,
            Duration reading,
            Duration checking,
            List<String> notes,
            String failure) {
        public ContractReport {
            rules = List.copyOf(rules);
            notes = List.copyOf(notes);
        }

        /** Of a contract without a topic. */
        static ContractReport without(ContractReference contract, String note) {
            return new ContractReport(
                    contract, "", 0, 0, 0, List.of(), Duration.ZERO, Duration.ZERO, List.of(note), "");
        }
    }

    /** How many events break a rule, by the contract as it is registered and as it is planned. */
    public record Rule(
            String check, String column, String message, long recorded, long planned, List<String> examples) {
        public Rule {
            examples = List.copyOf(examples);
        }
    }

    /**
     * What was read.
     *
     * @param population offsets of the span
     * @param recordedCells values of features as predictions recorded them
     * @param computedCells values that were computed as of the past
     */
    public record Volume(String topic, long population, long events, long recordedCells, long computedCells) {
        static Volume none(String topic) {
            return new Volume(topic, 0, 0, 0, 0);
        }
    }

    /** How long the parts took. */
    public record Times(Duration reading, Duration features, Duration scoring) {
        static final Times NONE = new Times(Duration.ZERO, Duration.ZERO, Duration.ZERO);

        /** Events per second over all; 0 where it took no time. */
        public double rate(long events) {
            long nanos = reading.plus(features).plus(scoring).toNanos();
            return nanos == 0 ? 0 : events * 1e9 / nanos;
        }
    }

    /** Planned less recorded. */
    public record Quantiles(
            double min, double p05, double p25, double p50, double p75, double p95, double max, double meanAbsolute) {}

    /** What may become of an event. */
    public enum Kind {
        FLIP,
        ALERT_GAINED,
        ALERT_LOST,
        DEAD_GAINED,
        DEAD_LOST
    }

    /** An event, and what it was and would be. */
    public record Example(Kind kind, String event, String key, String recorded, String planned) {}

    /** Counts of what is recorded or planned: predictions, dead letters, alerts, and predictions by {@code name version}. */
    public record Side(long predictions, long dead, long alerts, Map<String, Long> models) {
        public Side {
            models = Map.copyOf(models);
        }
    }

    /** Where a prediction flips. */
    public enum FlipsAt {
        /** Where it goes to other outputs, of which one takes by a condition. */
        OUTPUTS,
        /** Where it raises the alert, or does not any more. */
        ALERT,
        /** Where it comes to the other side of a half. */
        HALF
    }

    /** The quantiles of some differences; empty where there are none. */
    static Optional<Quantiles> quantiles(double[] sorted) {
        if (sorted.length == 0) {
            return Optional.empty();
        }
        double sum = 0;
        for (double each : sorted) {
            sum += Math.abs(each);
        }
        return Optional.of(new Quantiles(
                sorted[0],
                at(sorted, 0.05),
                at(sorted, 0.25),
                at(sorted, 0.5),
                at(sorted, 0.75),
                at(sorted, 0.95),
                sorted[sorted.length - 1],
                sum / sorted.length));
    }

    /** The nearest rank. */
    private static double at(double[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
