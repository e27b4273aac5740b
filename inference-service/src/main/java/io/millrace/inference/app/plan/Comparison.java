package io.millrace.inference.app.plan;

import io.millrace.inference.app.condition.Facts;
import io.millrace.inference.app.condition.PredictionRoutes;
import io.millrace.inference.app.plan.PlanReport.Example;
import io.millrace.inference.app.plan.PlanReport.FlipsAt;
import io.millrace.inference.app.plan.PlanReport.Kind;
import io.millrace.inference.app.plan.PlanReport.Quantiles;
import io.millrace.inference.app.plan.PlanReport.Side;
import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Pipeline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts what a planned pipeline makes of events beside what was recorded of them. Not thread-safe. */
public final class Comparison {
    private static final int EXAMPLES = 5;
    private static final double HALF = 0.5;

    private final FlipsAt flipsAt;
    private final @Nullable PredictionRoutes before;
    private final PredictionRoutes after;
    private final Map<Kind, List<Weighed>> examples = new EnumMap<>(Kind.class);
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final Map<String, Long> reasons = new TreeMap<>();
    private final Tally recorded = new Tally();
    private final Tally planned = new Tally();
    private double[] differences = new double[64];
    private int compared;
    private long different;
    private long unanswered;

    /** An example, and how far apart its two sides are. */
    private record Weighed(Example example, double weight) {}

    private static final class Tally {
        private long predictions;
        private long dead;
        private long alerts;
        private final Map<String, Long> models = new TreeMap<>();

        Side side() {
            return new Side(predictions, dead, alerts, models);
        }
    }

    /**
     * What was counted.
     *
     * @param unanswered events of which neither a prediction nor a dead letter is recorded
     * @param compared events with a prediction on both sides, of which {@code different} have another one
     * @param counts of what became of events
     * @param reasons of the planned dead letters
     */
    public record Result(
            Side recorded,
            Side planned,
            long unanswered,
            long compared,
            long different,
            FlipsAt flipsAt,
            Map<Kind, Long> counts,
            Map<String, Long> reasons,
            Optional<Quantiles> difference,
            List<Example> examples) {
        public Result {
            counts = Map.copyOf(counts);
            reasons = Map.copyOf(reasons);
            examples = List.copyOf(examples);
        }
    }

    /** One side of an event. */
    sealed interface Verdict {
        /** @param facts what conditions are asked about */
        record Predicted(Facts facts) implements Verdict {
            double prediction() {
                return facts.score().prediction();
            }
        }

        record Dead(String reason) implements Verdict {}

        /** Nothing is recorded. */
        record Unknown() implements Verdict {}
    }

    /** @param current the pipeline as it is applied, where it is */
    Comparison(Optional<Pipeline> current, Pipeline planned) {
        this.before = current.map(PredictionRoutes::new).orElse(null);
        this.after = new PredictionRoutes(planned);
        boolean routed = after.isConditional() || (before != null && before.isConditional());
        boolean alerts =
                planned.alert().isPresent() || current.flatMap(Pipeline::alert).isPresent();
        this.flipsAt = routed ? FlipsAt.OUTPUTS : alerts ? FlipsAt.ALERT : FlipsAt.HALF;
    }

    /** Takes an event. */
    void add(String event, String key, Verdict was, Verdict is) {
        boolean wasAlert = count(recorded, was, before);
        boolean isAlert = count(planned, is, after);
        if (is instanceof Verdict.Dead(String reason)) {
            reasons.merge(reason, 1L, Long::sum);
        }
        if (was instanceof Verdict.Unknown) {
            unanswered++;
            return;
        }
        double weight = weight(was, is);
        if (was instanceof Verdict.Predicted one && is instanceof Verdict.Predicted other) {
            differ(other.prediction() - one.prediction());
            if (flips(one, other)) {
                note(Kind.FLIP, event, key, was, is, weight);
            }
        }
        if (wasAlert != isAlert) {
            note(isAlert ? Kind.ALERT_GAINED : Kind.ALERT_LOST, event, key, was, is, weight);
        }
        if (was instanceof Verdict.Dead != is instanceof Verdict.Dead) {
            note(is instanceof Verdict.Dead ? Kind.DEAD_GAINED : Kind.DEAD_LOST, event, key, was, is, weight);
        }
    }

    Result result() {
        double[] sorted = Arrays.copyOf(differences, compared);
        Arrays.sort(sorted);
        return new Result(
                recorded.side(),
                planned.side(),
                unanswered,
                compared,
                different,
                flipsAt,
                counts,
                reasons,
                PlanReport.quantiles(sorted),
                examples.values().stream()
                        .flatMap(List::stream)
                        .map(Weighed::example)
                        .toList());
    }

    /** Whether it raises the alert. */
    private static boolean count(Tally tally, Verdict verdict, @Nullable PredictionRoutes routes) {
        switch (verdict) {
            case Verdict.Predicted(Facts facts) -> {
                tally.predictions++;
                var model = facts.batch().model(facts.at());
                tally.models.merge(model.name() + " " + model.version(), 1L, Long::sum);
                if (routes != null && routes.raises(facts)) {
                    tally.alerts++;
                    return true;
                }
            }
            case Verdict.Dead _ -> tally.dead++;
            case Verdict.Unknown _ -> {}
        }
        return false;
    }

    private void differ(double difference) {
        if (compared == differences.length) {
            differences = Arrays.copyOf(differences, compared * 2);
        }
        differences[compared++] = difference;
        if (difference != 0) {
            different++;
        }
    }

    private boolean flips(Verdict.Predicted was, Verdict.Predicted is) {
        return switch (flipsAt) {
            case OUTPUTS -> before != null && !topics(before, was).equals(topics(after, is));
            case ALERT -> before != null && before.raises(was.facts()) != after.raises(is.facts());
            case HALF -> (was.prediction() >= HALF) != (is.prediction() >= HALF);
        };
    }

    private static List<String> topics(PredictionRoutes routes, Verdict.Predicted verdict) {
        return routes.taking(verdict.facts()).stream().map(Output::topic).toList();
    }

    private static double weight(Verdict was, Verdict is) {
        return was instanceof Verdict.Predicted one && is instanceof Verdict.Predicted other
                ? Math.abs(other.prediction() - one.prediction())
                : 0;
    }

    private void note(Kind kind, String event, String key, Verdict was, Verdict is, double weight) {
        counts.merge(kind, 1L, Long::sum);
        List<Weighed> worst = examples.computeIfAbsent(kind, _ -> new ArrayList<>());
        if (worst.size() == EXAMPLES && worst.getLast().weight() >= weight) {
            return;
        }
        worst.add(new Weighed(new Example(kind, event, key, words(was, before), words(is, after)), weight));
        worst.sort(Comparator.comparingDouble(Weighed::weight).reversed());
        if (worst.size() > EXAMPLES) {
            worst.removeLast();
        }
    }

    private static String words(Verdict verdict, @Nullable PredictionRoutes routes) {
        return switch (verdict) {
            case Verdict.Predicted predicted ->
                predicted.prediction()
                        + (routes != null && routes.isConditional()
                                ? " to " + String.join(", ", topics(routes, predicted))
                                : "")
                        + (routes != null && routes.raises(predicted.facts()) ? ", alert" : "");
            case Verdict.Dead(String reason) -> "dead letter: " + reason;
            case Verdict.Unknown _ -> "nothing recorded";
        };
    }
}
