package io.millrace.inference.app.deploy;

import io.millrace.definitions.MapNode;
import io.millrace.inference.domain.deploy.Experiment;
import io.millrace.inference.domain.deploy.Experiment.Guard;
import io.millrace.inference.domain.deploy.Experiment.Rows;
import io.millrace.inference.domain.deploy.Measure;
import io.millrace.inference.domain.deploy.Measured;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code experiment} of a deployment, and the measures that bandits share with it. */
final class ExperimentReader {
    private static final int MOST_GUARDRAILS = 16;
    private static final double ALPHA = 0.05;
    private static final double MOST_ALPHA = 0.5;
    private static final long MINIMUM_ROWS = 500;
    private static final long MAXIMUM_ROWS = 1_000_000;
    private static final int EXPECTED = 10;
    private static final Map<String, Boolean> DECIDE = Map.of("automatically", true, "advise", false);

    private ExperimentReader() {}

    static Experiment read(MapNode node) {
        String labels = node.string("labels");
        String champion = node.string("champion");
        String challenger = node.string("challenger");
        if (!champion.isEmpty() && champion.equals(challenger)) {
            node.fault("challenger", "'" + challenger + "' is the champion");
        }
        MapNode objective = node.optionalMap("objective").orElse(null);
        Measured measured = Measured.of(Measure.LOG_LOSS);
        double effect = 0;
        if (objective == null) {
            node.fault("objective", "'objective' is missing: expected {measure, minimum-effect}");
        } else {
            measured = measured(objective);
            effect = finite(objective, "minimum-effect", 0);
            objective.refuseUnknownKeys();
        }
        List<Guard> guardrails = guardrails(node);
        double alpha = node.optionalDouble("alpha").orElse(ALPHA);
        if (!(alpha > 0 && alpha < MOST_ALPHA)) {
            node.fault("alpha", "'alpha' must lie between 0 and " + MOST_ALPHA + ", was " + alpha);
        }
        Rows rows = rows(node);
        boolean automatic = node.optionalChoice("decide", DECIDE).orElse(false);
        node.refuseUnknownKeys();
        return new Experiment(labels, champion, challenger, measured, effect, guardrails, alpha, rows, automatic);
    }

    private static List<Guard> guardrails(MapNode node) {
        List<Guard> guardrails = new ArrayList<>();
        for (MapNode each : node.maps("guardrails")) {
            Measured measured = measured(each);
            double tolerance = finite(each, "tolerance", 0);
            if (tolerance < 0) {
                each.fault("tolerance", "'tolerance' must be 0 or more, was " + tolerance);
            }
            guardrails.add(new Guard(measured, Math.max(0, tolerance)));
            each.refuseUnknownKeys();
        }
        if (guardrails.size() > MOST_GUARDRAILS) {
            node.fault("guardrails", "at most " + MOST_GUARDRAILS + " guardrails");
        }
        return guardrails;
    }

    private static Rows rows(MapNode node) {
        Optional<MapNode> rows = node.optionalMap("rows");
        long minimum = rows.flatMap(map -> map.optionalLong("minimum")).orElse(MINIMUM_ROWS);
        long maximum = rows.flatMap(map -> map.optionalLong("maximum")).orElse(Math.max(MAXIMUM_ROWS, 2 * minimum));
        long expected =
                rows.flatMap(map -> map.optionalLong("expected")).orElse(Math.min(maximum, EXPECTED * minimum + 1));
        rows.ifPresent(MapNode::refuseUnknownKeys);
        if (minimum < 2 || expected < minimum || maximum <= minimum || maximum < expected) {
            node.fault(
                    "rows",
                    "'rows' must hold 2 ≤ minimum ≤ expected ≤ maximum and minimum < maximum, held " + minimum + ", "
                            + expected + " and " + maximum);
        }
        return new Rows(minimum, expected, maximum);
    }

    /** {@code measure} and {@code bounds} of a map. */
    static Measured measured(MapNode node) {
        Measure measure = named(node, "measure");
        return bounded(node, measure == null ? Measure.LOG_LOSS : measure);
    }

    /** A measure by its name alone, such as {@code log-loss}; null and a fault where it is missing or unknown. */
    static @Nullable Measure named(MapNode node, String key) {
        Map<String, Measure> names = new LinkedHashMap<>();
        for (Measure measure : Measure.values()) {
            names.put(measure.name().toLowerCase(Locale.ROOT).replace('_', '-'), measure);
        }
        if (!node.has(key)) {
            node.fault(key, "'" + key + "' is missing: expected one of " + names.keySet());
            return null;
        }
        return node.optionalChoice(key, names).orElse(null);
    }

    private static Measured bounded(MapNode node, Measure measure) {
        if (!node.has("bounds")) {
            return Measured.of(measure);
        }
        try {
            List<Double> bounds =
                    node.strings("bounds").stream().map(Double::valueOf).toList();
            if (bounds.size() == 2
                    && Double.isFinite(bounds.getFirst())
                    && Double.isFinite(bounds.getLast())
                    && bounds.getFirst() < bounds.getLast()) {
                return new Measured(measure, bounds.getFirst(), bounds.getLast());
            }
        } catch (NumberFormatException noNumber) {
            node.fault("bounds", "'bounds' must be two numbers: " + noNumber.getMessage());
            return Measured.of(measure);
        }
        node.fault("bounds", "'bounds' must be [lowest, highest], was " + node.strings("bounds"));
        return Measured.of(measure);
    }

    private static double finite(MapNode node, String key, double otherwise) {
        double value = node.optionalDouble(key).orElse(otherwise);
        if (!Double.isFinite(value)) {
            node.fault(key, "'" + key + "' must be finite, was " + value);
            return otherwise;
        }
        return value;
    }
}
