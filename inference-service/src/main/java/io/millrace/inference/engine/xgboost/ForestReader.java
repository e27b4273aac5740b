package io.millrace.inference.engine.xgboost;

import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a forest of an XGBoost model file, as its schema describes it (xgboost, doc/model.schema), and refuses what it would not get exactly right. */
final class ForestReader {
    private static final int MAX_FEATURES = 1_000_000;
    private static final int MAX_OUTPUTS = 10_000;

    private ForestReader() {}

    /**
     * @throws ModelRefusedException NOT_THIS_FORMAT where it is no model of XGBoost, or broken; NOT_CONVERTIBLE where it is of a kind that is not converted
     */
    static Forest read(ByteBuffer content) throws ModelRefusedException {
        try {
            return forest(map(XgboostFile.read(content), "learner"));
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            throw new ModelRefusedException(
                    ModelFault.NOT_THIS_FORMAT,
                    "the file is no model that XGBoost saved as JSON or UBJSON (save_model(\"model.json\")): "
                            + e.getMessage(),
                    e);
        }
    }

    private static Forest forest(Map<?, ?> learner) throws ModelRefusedException {
        Map<?, ?> booster = map(learner, "gradient_booster");
        String kind = text(booster, "name");
        if (!kind.equals("gbtree")) {
            throw notConvertible("booster '" + kind + "' is not converted, only gbtree is");
        }
        String name = text(map(learner, "objective"), "name");
        Optional<Objective> objective = Objective.named(name);
        if (objective.isEmpty()) {
            throw notConvertible("objective '" + name + "' is not converted");
        }
        Map<?, ?> parameters = map(learner, "learner_model_param");
        int features = whole(parameters, "num_feature", 1, MAX_FEATURES);
        int classes = whole(parameters, "num_class", 0, MAX_OUTPUTS);
        if (parameters.containsKey("num_target") && whole(parameters, "num_target", 0, MAX_OUTPUTS) > 1) {
            throw notConvertible("a model of several targets is not converted");
        }
        int outputs = Math.max(1, classes);
        if (objective.get().hasClasses() != classes > 1) {
            throw new IllegalArgumentException("objective '" + name + "' with num_class " + classes);
        }
        float[] base = base(text(parameters, "base_score"), objective.get(), outputs);
        List<Tree> trees = trees(map(booster, "model"), features, outputs);
        return new Forest(objective.get(), features, names(learner, features), base, trees);
    }

    /** One number, or since XGBoost 3.1 a list of one per output. */
    private static float[] base(String text, Objective objective, int outputs) {
        String[] scores = text.replace("[", "").replace("]", "").split(",");
        if (scores.length != 1 && scores.length != outputs) {
            throw new IllegalArgumentException(
                    "base_score has " + scores.length + " numbers for " + outputs + " outputs");
        }
        float[] base = new float[outputs];
        for (int i = 0; i < outputs; i++) {
            base[i] = objective.margin(Float.parseFloat(scores[scores.length == 1 ? 0 : i].strip()));
            if (!Float.isFinite(base[i])) {
                throw new IllegalArgumentException("base_score " + text + " is none of the objective");
            }
        }
        return base;
    }

    private static List<String> names(Map<?, ?> learner, int features) {
        if (!(learner.get("feature_names") instanceof List<?> names) || names.isEmpty()) {
            return List.of();
        }
        if (names.size() != features) {
            throw new IllegalArgumentException(names.size() + " feature_names for " + features + " features");
        }
        return names.stream().map(String::valueOf).toList();
    }

    private static List<Tree> trees(Map<?, ?> model, int features, int outputs) throws ModelRefusedException {
        if (!(model.get("trees") instanceof List<?> documents) || documents.isEmpty()) {
            throw notConvertible("a model without trees is not converted");
        }
        int[] info = ints(model, "tree_info", documents.size());
        var trees = new ArrayList<Tree>(documents.size());
        for (int i = 0; i < info.length; i++) {
            if (info[i] < 0 || info[i] >= outputs) {
                throw new IllegalArgumentException("tree " + i + " is of output " + info[i] + " of " + outputs);
            }
            trees.add(tree("tree " + i, (Map<?, ?>) documents.get(i), features, info[i]));
        }
        return trees;
    }

    private static Tree tree(String title, Map<?, ?> document, int features, int output) throws ModelRefusedException {
        Map<?, ?> parameters = map(document, "tree_param");
        if (whole(parameters, "size_leaf_vector", 0, MAX_OUTPUTS) > 1) {
            throw notConvertible("trees whose leaves are vectors are not converted");
        }
        double[] left = numbers(document, "left_children");
        int nodes = left.length;
        if (document.containsKey("split_type")
                && Arrays.stream(numbers(document, "split_type")).anyMatch(type -> type != 0)) {
            throw notConvertible(
                    "categorical splits are not converted: encode categories as numbers or one column each");
        }
        double[] given = numbers(document, "split_conditions", nodes);
        float[] values = new float[nodes];
        for (int node = 0; node < nodes; node++) {
            values[node] = (float) given[node];
        }
        int[] asked = ints(document, "split_indices", nodes);
        boolean[] missingLeft = new boolean[nodes];
        double[] defaults = document.get("default_left") instanceof List<?> flags
                ? flags.stream()
                        .mapToDouble(flag -> Boolean.TRUE.equals(flag) ? 1 : 0)
                        .toArray()
                : numbers(document, "default_left", nodes);
        for (int node = 0; node < nodes; node++) {
            missingLeft[node] = defaults[node] != 0;
        }
        return checked(
                title,
                new Tree(
                        ints(document, "left_children", nodes),
                        ints(document, "right_children", nodes),
                        asked,
                        values,
                        missingLeft,
                        output,
                        covers(document, nodes)),
                features);
    }

    /** What the file says of its nodes' covers, where that is a number above 0 for each. */
    private static float[] covers(Map<?, ?> document, int nodes) {
        if (!(document.get("sum_hessian") instanceof double[] sums) || sums.length != nodes) {
            return new float[0];
        }
        float[] covers = new float[nodes];
        for (int node = 0; node < nodes; node++) {
            covers[node] = (float) sums[node];
            if (!(covers[node] > 0) || Float.isInfinite(covers[node])) {
                return new float[0];
            }
        }
        return covers;
    }

    /** The nodes that can be reached from the root, renumbered in the order in which they are: pruning leaves others behind. */
    private static Tree checked(String title, Tree tree, int features) {
        int nodes = tree.left().length;
        int[] number = new int[nodes];
        Arrays.fill(number, -1);
        int[] order = new int[nodes];
        int known = nodes == 0 ? 0 : 1;
        if (known == 0) {
            throw new IllegalArgumentException(title + " has no nodes");
        }
        number[0] = 0;
        for (int at = 0; at < known; at++) {
            int node = order[at];
            float value = tree.value()[node];
            if (tree.isLeaf(node)) {
                if (!Float.isFinite(value)) {
                    throw new IllegalArgumentException(title + " has a leaf of " + value);
                }
                continue;
            }
            int feature = tree.feature()[node];
            if (feature < 0 || feature >= features || Float.isNaN(value)) {
                throw new IllegalArgumentException(
                        title + " compares feature " + feature + " of " + features + " with " + value);
            }
            for (int child : new int[] {tree.left()[node], tree.right()[node]}) {
                if (child < 0 || child >= nodes || number[child] >= 0) {
                    throw new IllegalArgumentException(title + " is no tree at node " + child);
                }
                number[child] = known;
                order[known++] = child;
            }
        }
        return renumbered(tree, order, number, known);
    }

    private static Tree renumbered(Tree tree, int[] order, int[] number, int nodes) {
        var made = new Tree(
                new int[nodes],
                new int[nodes],
                new int[nodes],
                new float[nodes],
                new boolean[nodes],
                tree.output(),
                new float[tree.cover().length == 0 ? 0 : nodes]);
        for (int node = 0; node < nodes; node++) {
            int old = order[node];
            boolean leaf = tree.isLeaf(old);
            made.left()[node] = leaf ? -1 : number[tree.left()[old]];
            made.right()[node] = leaf ? -1 : number[tree.right()[old]];
            made.feature()[node] = leaf ? 0 : tree.feature()[old];
            made.value()[node] = tree.value()[old];
            made.missingLeft()[node] = tree.missingLeft()[old];
            if (made.cover().length > 0) {
                made.cover()[node] = tree.cover()[old];
            }
        }
        return made;
    }

    private static Map<?, ?> map(Map<?, ?> in, String key) {
        if (in.get(key) instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException("'" + key + "' is missing");
    }

    private static String text(Map<?, ?> in, String key) {
        Object value = in.get(key);
        if (value instanceof String || value instanceof Double) {
            return value.toString();
        }
        throw new IllegalArgumentException("'" + key + "' is missing");
    }

    private static int whole(Map<?, ?> in, String key, int least, int most) {
        double value = Double.parseDouble(text(in, key));
        if (value != Math.rint(value) || value < least || value > most) {
            throw new IllegalArgumentException("'" + key + "' is " + value + ", expected " + least + " to " + most);
        }
        return (int) value;
    }

    private static double[] numbers(Map<?, ?> in, String key) {
        if (in.get(key) instanceof double[] numbers) {
            return numbers;
        }
        throw new IllegalArgumentException("'" + key + "' is no list of numbers");
    }

    private static double[] numbers(Map<?, ?> in, String key, int expected) {
        double[] numbers = numbers(in, key);
        if (numbers.length != expected) {
            throw new IllegalArgumentException(
                    "'" + key + "' has " + numbers.length + " elements, expected " + expected);
        }
        return numbers;
    }

    private static int[] ints(Map<?, ?> in, String key, int expected) {
        return Arrays.stream(numbers(in, key, expected))
                .mapToInt(number -> (int) number)
                .toArray();
    }

    private static ModelRefusedException notConvertible(String why) {
        return new ModelRefusedException(ModelFault.NOT_CONVERTIBLE, why);
    }
}
