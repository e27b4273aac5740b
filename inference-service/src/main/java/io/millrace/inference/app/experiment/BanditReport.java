package io.millrace.inference.app.experiment;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import io.millrace.models.kernel.evidence.Interval;
import io.millrace.models.kernel.evidence.OffPolicyEstimates;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a bandit knows, and what policies that never ran would have earned.
 *
 * @param fingerprint of what the state was made under
 * @param since the first revision of the deployment whose choices count
 * @param offset behind the last outcome that is in it
 * @param micros the newest label's event time that is in it; 0 of none
 * @param policies that are valued: {@code deployed}, the one that ran; {@code always-<arm>}; those that are declared
 * @param state of the bandit, in Base64
 */
public record BanditReport(
        String deployment,
        String labels,
        String fingerprint,
        long since,
        long offset,
        long micros,
        List<ArmRewards> arms,
        List<Value> policies,
        String state) {
    public BanditReport {
        arms = List.copyOf(arms);
        policies = List.copyOf(policies);
    }

    /**
     * An arm.
     *
     * @param rewards that came
     * @param mean of them, from 0 to 1; NaN of none
     * @param chance with which it is chosen now, where nothing is known of a call
     */
    public record ArmRewards(String arm, long rewards, double mean, double chance) {}

    /** What a policy would have earned per call, from 0 to 1. */
    public record Value(String policy, OffPolicyEstimates estimates) {}

    byte[] stateBytes() {
        return Base64.getDecoder().decode(state);
    }

    String text() {
        var map = new LinkedHashMap<String, Object>();
        map.put("deployment", deployment);
        map.put("labels", labels);
        map.put("fingerprint", fingerprint);
        map.put("since", since);
        map.put("offset", offset);
        map.put("micros", micros);
        List<Map<String, Object>> armMaps = new ArrayList<>();
        for (ArmRewards arm : arms) {
            armMaps.add(Map.of("arm", arm.arm(), "rewards", arm.rewards(), "mean", arm.mean(), "chance", arm.chance()));
        }
        map.put("arms", armMaps);
        List<Map<String, Object>> values = new ArrayList<>();
        for (Value value : policies) {
            OffPolicyEstimates estimates = value.estimates();
            var each = new LinkedHashMap<String, Object>();
            each.put("policy", value.policy());
            each.put("rows", estimates.rows());
            each.put("clipped", estimates.clippedRows());
            each.put("effective", estimates.effectiveRows());
            each.put("inverse_propensity", interval(estimates.inversePropensity()));
            each.put("self_normalised", interval(estimates.selfNormalised()));
            each.put("doubly_robust", interval(estimates.doublyRobust()));
            each.put("anytime", interval(estimates.anytime()));
            values.add(each);
        }
        map.put("policies", values);
        map.put("state", state);
        return Yaml.write(map);
    }

    private static Map<String, Object> interval(Interval interval) {
        return Map.of("estimate", interval.estimate(), "lower", interval.lower(), "upper", interval.upper());
    }

    /** What {@link #text} wrote; empty where it cannot be read. */
    static Optional<BanditReport> read(String text) {
        var faults = new Faults();
        for (MapNode node : Yaml.documents(new DefinitionFile("bandit", text), faults)) {
            var read = new BanditReport(
                    node.string("deployment"),
                    node.string("labels"),
                    node.string("fingerprint"),
                    whole(node, "since"),
                    whole(node, "offset"),
                    whole(node, "micros"),
                    node.maps("arms").stream()
                            .map(arm -> new ArmRewards(
                                    arm.string("arm"),
                                    whole(arm, "rewards"),
                                    number(arm, "mean"),
                                    number(arm, "chance")))
                            .toList(),
                    node.maps("policies").stream().map(BanditReport::value).toList(),
                    node.string("state"));
            if (faults.isEmpty()) {
                return Optional.of(read);
            }
        }
        return Optional.empty();
    }

    private static Value value(MapNode node) {
        return new Value(
                node.string("policy"),
                new OffPolicyEstimates(
                        whole(node, "rows"),
                        whole(node, "clipped"),
                        number(node, "effective"),
                        interval(node, "inverse_propensity"),
                        interval(node, "self_normalised"),
                        interval(node, "doubly_robust"),
                        interval(node, "anytime")));
    }

    private static Interval interval(MapNode node, String key) {
        return node.optionalMap(key)
                .map(map -> new Interval(number(map, "estimate"), number(map, "lower"), number(map, "upper")))
                .orElse(new Interval(Double.NaN, Double.NaN, Double.NaN));
    }

    private static long whole(MapNode node, String key) {
        return node.optionalLong(key).orElse(0L);
    }

    /** A number as YAML writes it, {@code .NaN} and {@code .inf} among them. */
    static double number(MapNode node, String key) {
        return switch (node.string(key).toLowerCase(Locale.ROOT)) {
            case ".nan", "" -> Double.NaN;
            case ".inf" -> Double.POSITIVE_INFINITY;
            case "-.inf" -> Double.NEGATIVE_INFINITY;
            default -> node.optionalDouble(key).orElse(Double.NaN);
        };
    }
}
