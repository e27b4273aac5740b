package io.millrace.inference.app.deploy;

import io.millrace.definitions.MapNode;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.deploy.Bandit;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import io.millrace.inference.domain.deploy.Experiment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code kind: Deployment} definitions; the format stands in docs/deployments.md. */
final class DeploymentReader {
    /** Most arms and shadows of a deployment together. */
    static final int MAX_ARMS = 16;

    private static final double WHOLE = 100;
    private static final double EXACT = 1e-6;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern ARM = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final Pattern FIELD = Pattern.compile("[^\\p{Cntrl}]{1,200}");
    private static final String WORD = "letters, digits, '.', '_' and '-'";

    private DeploymentReader() {}

    static Deployment read(MapNode root, String yaml) {
        String name = root.string("name", NAME, WORD);
        String description = root.optionalString("description").orElse("");
        String owner = root.optionalString("owner").orElse("");
        List<MapNode> armNodes = root.maps("arms");
        var names = new HashSet<String>();
        boolean chosen = root.isMap("bandit");
        List<Arm> arms = arms(armNodes, names, chosen);
        List<Shadow> shadows = new ArrayList<>();
        for (MapNode node : root.maps("shadow")) {
            double sample = percent(node, "sample").orElse(WHOLE);
            shadows.add(new Shadow(armName(node, names), model(node), sample));
            node.refuseUnknownKeys();
        }
        Sticky sticky = sticky(root);
        Optional<Experiment> experiment = root.optionalMap("experiment").map(ExperimentReader::read);
        Optional<Bandit> bandit = root.optionalMap("bandit").map(node -> BanditReader.read(node, arms));
        if (experiment.isPresent() && bandit.isPresent()) {
            root.fault("bandit", "a deployment has an experiment or a bandit, not both");
        }
        root.refuseUnknownKeys();
        if (armNodes.isEmpty()) {
            root.fault("arms", "'arms' must name at least one model that answers");
        } else if (arms.size() + shadows.size() > MAX_ARMS) {
            root.fault("arms", "at most " + MAX_ARMS + " arms and shadows together");
        }
        return new Deployment(name, description, owner, arms, shadows, sticky, experiment, bandit, yaml);
    }

    /** @param chosen whether a policy gives the weights */
    private static List<Arm> arms(List<MapNode> nodes, Set<String> names, boolean chosen) {
        var arms = new ArrayList<Arm>();
        boolean weighed = true;
        double sum = 0;
        for (MapNode node : nodes) {
            if (chosen) {
                if (node.has("weight")) {
                    node.fault("weight", "the bandit gives the weights");
                }
                arms.add(new Arm(armName(node, names), model(node), WHOLE / nodes.size()));
                node.refuseUnknownKeys();
                continue;
            }
            Optional<Double> weight = percent(node, "weight");
            if (weight.isEmpty() && !(nodes.size() == 1 && !node.has("weight"))) {
                weighed = false;
                if (!node.has("weight")) {
                    node.fault("weight", "'weight' is missing: expected percent of the calls, 0 to 100");
                }
            }
            sum += weight.orElse(nodes.size() == 1 ? WHOLE : 0);
            arms.add(new Arm(armName(node, names), model(node), weight.orElse(WHOLE)));
            node.refuseUnknownKeys();
        }
        if (weighed && !chosen && !nodes.isEmpty() && Math.abs(sum - WHOLE) > EXACT) {
            nodes.getLast().fault("weight", "the weights of the arms must make 100, make " + plain(sum));
        }
        return arms;
    }

    private static String armName(MapNode node, Set<String> names) {
        String name = node.string("name", ARM, "lower-case letters, digits and '-', a letter first, at most 63");
        if (!name.isEmpty() && !names.add(name)) {
            node.fault("name", "'" + name + "' stands twice among the arms and shadows");
        }
        return name;
    }

    private static ModelReference model(MapNode node) {
        String model = node.string("model", NAME, WORD);
        Optional<String> version =
                node.has("version") ? Optional.of(node.string("version", NAME, WORD)) : Optional.empty();
        return new ModelReference(model, version);
    }

    private static Optional<Double> percent(MapNode node, String key) {
        return node.optionalDouble(key).filter(percent -> {
            boolean fits = percent >= 0 && percent <= WHOLE;
            if (!fits) {
                node.fault(key, "'" + key + "' must be percent, 0 to 100, was " + plain(percent));
            }
            return fits;
        });
    }

    private static Sticky sticky(MapNode root) {
        if (root.isMap("sticky")) {
            MapNode node = root.optionalMap("sticky").orElseThrow();
            String field = node.string("field", FIELD, "the name of an event field or parameter");
            node.refuseUnknownKeys();
            return new Sticky.Field(field);
        }
        return switch (root.optionalString("sticky").orElse("request")) {
            case "request" -> new Sticky.Request();
            case "entity" -> new Sticky.Entity();
            case String other -> {
                root.fault("sticky", "'sticky' must be request, entity or {field: name}, was '" + other + "'");
                yield new Sticky.Request();
            }
        };
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }
}
