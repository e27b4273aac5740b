package io.millrace.inference.app.deploy;

import io.millrace.definitions.MapNode;
import io.millrace.inference.domain.deploy.Bandit;
import io.millrace.inference.domain.deploy.Bandit.Column;
import io.millrace.inference.domain.deploy.Bandit.Mixture;
import io.millrace.inference.domain.deploy.Bandit.Policy;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Measure;
import io.millrace.inference.domain.deploy.Measured;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads {@code bandit} of a deployment. */
final class BanditReader {
    /** So that the state of the widest fits into one record. */
    static final int MOST_COLUMNS = 24;

    private static final int MOST_POLICIES = 16;
    private static final double EXPLORATION = 0.05;
    private static final double EXACT = 1e-9;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private BanditReader() {}

    static Bandit read(MapNode node, List<Arm> arms) {
        if (arms.size() < 2) {
            node.fault("policy", "a bandit chooses among two arms at least");
        }
        String labels = node.string("labels");
        Policy policy = policy(node);
        Measured reward = reward(node);
        double exploration = node.optionalDouble("exploration").orElse(EXPLORATION);
        if (!(exploration > 0 && exploration <= 1)) {
            node.fault("exploration", "'exploration' must be above 0 and at most 1, was " + exploration);
        }
        long seed = node.optionalLong("seed").orElse(0L);
        List<Mixture> policies = mixtures(node, arms);
        node.refuseUnknownKeys();
        return new Bandit(labels, policy, reward, exploration, seed, policies);
    }

    private static Policy policy(MapNode node) {
        return switch (node.string("policy")) {
            case "thompson" -> new Policy.Thompson();
            case "linucb" -> {
                List<Column> context = context(node);
                if (context.isEmpty() || context.size() > MOST_COLUMNS) {
                    node.fault("context", "'context' must name 1 to " + MOST_COLUMNS + " features or request fields");
                }
                double width = node.optionalDouble("width").orElse(1.0);
                if (!(width >= 0) || Double.isInfinite(width)) {
                    node.fault("width", "'width' must be 0 or more, was " + width);
                }
                yield new Policy.LinUcb(context, width);
            }
            case "" -> new Policy.Thompson();
            case String other -> {
                node.fault("policy", "'policy' must be thompson or linucb, was '" + other + "'");
                yield new Policy.Thompson();
            }
        };
    }

    /** {@code context: [columns]}, and {@code scale: {column: factor}} of those that are to be multiplied. */
    private static List<Column> context(MapNode node) {
        List<String> names = node.strings("context");
        Map<String, Double> factors = new TreeMap<>();
        node.optionalMap("scale").ifPresent(scale -> scale.keys().forEach(name -> {
            double factor = scale.optionalDouble(name).orElse(1.0);
            if (!names.contains(name)) {
                scale.fault(name, "'" + name + "' is not in 'context'");
            } else if (!Double.isFinite(factor) || factor == 0) {
                scale.fault(name, "a factor is finite and not 0, was " + factor);
            }
            factors.put(name, factor);
        }));
        return names.stream()
                .map(name -> new Column(name, factors.getOrDefault(name, 1.0)))
                .toList();
    }

    /** A measure by its name, or {@code {measure, bounds}}. The label counts from 0 to 1 unless it says otherwise. */
    private static Measured reward(MapNode node) {
        Measured reward;
        if (node.isMap("reward")) {
            MapNode map = node.optionalMap("reward").orElseThrow();
            reward = ExperimentReader.measured(map);
            map.refuseUnknownKeys();
        } else {
            Measure measure = ExperimentReader.named(node, "reward");
            if (measure == null) {
                return Measured.of(Measure.ACCURACY);
            }
            reward = Measured.of(measure);
        }
        if (reward.measure() == Measure.LABEL && !reward.isBounded()) {
            return new Measured(Measure.LABEL, 0, 1);
        }
        if (!reward.isBounded()) {
            node.fault("reward", "a reward needs bounds: expected {measure: …, bounds: [lowest, highest]}");
            return Measured.of(Measure.ACCURACY);
        }
        return reward;
    }

    private static List<Mixture> mixtures(MapNode node, List<Arm> arms) {
        var known = arms.stream().map(Arm::name).toList();
        List<Mixture> mixtures = new ArrayList<>();
        var names = new HashSet<String>();
        for (MapNode each : node.maps("policies")) {
            String name = each.string("name", NAME, "lower-case letters, digits and '-', a letter first");
            if (name.startsWith("always-") || name.equals("deployed") || !names.add(name)) {
                each.fault("name", "'" + name + "' is taken");
            }
            Map<String, Double> chances = new TreeMap<>();
            double sum = 0;
            MapNode split = each.optionalMap("split").orElse(null);
            if (split == null) {
                each.fault("split", "'split' is missing: expected {arm: chance}");
            } else {
                for (String arm : split.keys()) {
                    double chance = split.optionalDouble(arm).orElse(0.0);
                    if (!known.contains(arm)) {
                        split.fault(arm, "no arm is named '" + arm + "'");
                    } else if (!(chance >= 0 && chance <= 1)) {
                        split.fault(arm, "a chance lies from 0 to 1, was " + chance);
                    }
                    chances.put(arm, chance);
                    sum += chance;
                }
                if (Math.abs(sum - 1) > EXACT) {
                    each.fault("split", "the chances must make 1, make " + sum);
                }
            }
            mixtures.add(new Mixture(name, chances));
            each.refuseUnknownKeys();
        }
        if (mixtures.size() > MOST_POLICIES) {
            node.fault("policies", "at most " + MOST_POLICIES + " policies");
        }
        return mixtures;
    }
}
