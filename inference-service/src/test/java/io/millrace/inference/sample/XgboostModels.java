package io.millrace.inference.sample;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Small models as XGBoost saves them. */
public final class XgboostModels {
    private XgboostModels() {}

    /** A node of a tree; a leaf has no children, and its value is what it adds. */
    public record Node(int feature, float value, boolean missingLeft, int left, int right) {
        public static Node split(int feature, float threshold, boolean missingLeft, int left, int right) {
            return new Node(feature, threshold, missingLeft, left, right);
        }

        public static Node leaf(float value) {
            return new Node(0, value, false, -1, -1);
        }
    }

    public static byte[] json(String objective, String baseScore, int features, String... trees) {
        return model(objective, baseScore, features, 0, "0".repeat(trees.length), trees);
    }

    /** One tree per class. */
    public static byte[] classes(String objective, int classes, int features, String... trees) {
        String info = IntStream.range(0, trees.length).mapToObj(String::valueOf).collect(Collectors.joining());
        return model(objective, "0", features, classes, info, trees);
    }

    private static byte[] model(
            String objective, String baseScore, int features, int classes, String outputs, String... trees) {
        String info = outputs.isEmpty() ? "" : String.join(",", outputs.split(""));
        return ("{\"learner\":{\"attributes\":{},\"feature_names\":[],\"feature_types\":[],\"gradient_booster\":{\"model\":{"
                        + "\"gbtree_model_param\":{\"num_parallel_tree\":\"1\",\"num_trees\":\"" + trees.length
                        + "\"},\"tree_info\":[" + info + "],\"trees\":[" + String.join(",", trees)
                        + "]},\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"" + baseScore
                        + "\",\"num_class\":\"" + classes + "\",\"num_feature\":\"" + features
                        + "\",\"num_target\":\"1\"},\"objective\":{\"name\":\"" + objective
                        + "\"}},\"version\":[3,2,0]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    public static String tree(Node... nodes) {
        return "{\"categories\":[],\"categories_nodes\":[],"
                + list("default_left", node -> node.missingLeft() ? "1" : "0", nodes)
                + list("left_children", node -> String.valueOf(node.left()), nodes)
                + list("right_children", node -> String.valueOf(node.right()), nodes)
                + list("split_conditions", node -> number(node.value()), nodes)
                + list("split_indices", node -> String.valueOf(node.feature()), nodes)
                + list("split_type", _ -> "0", nodes)
                + "\"tree_param\":{\"num_deleted\":\"0\",\"num_nodes\":\"" + nodes.length
                + "\",\"size_leaf_vector\":\"1\"}}";
    }

    private static String number(float value) {
        return String.format(Locale.ROOT, "%.9E", value);
    }

    private static String list(String key, Function<Node, String> value, Node... nodes) {
        return Arrays.stream(nodes).map(value).collect(Collectors.joining(",", "\"" + key + "\":[", "],"));
    }
}
