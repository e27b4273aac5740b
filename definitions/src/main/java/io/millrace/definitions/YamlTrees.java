package io.millrace.definitions;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Turns composed YAML nodes into {@link Tree}s. Dates stay text; a map with a key twice or a key that is no plain text is a fault. */
final class YamlTrees {
    private final String file;
    private final Faults faults;

    YamlTrees(String file, Faults faults) {
        this.file = file;
        this.faults = faults;
    }

    Tree tree(Node node) {
        Place place = MapNode.place(file, node);
        return switch (node) {
            case MappingNode map -> mapping(place, map);
            case SequenceNode list ->
                new Tree.Sequence(
                        place, list.getValue().stream().map(this::tree).toList());
            case ScalarNode scalar -> scalar(place, scalar);
            default -> throw new IllegalStateException("a node of an unknown kind: " + node.getNodeId());
        };
    }

    private Tree mapping(Place place, MappingNode map) {
        var entries = new LinkedHashMap<String, Tree.Entry>();
        for (NodeTuple tuple : map.getValue()) {
            Place keyPlace = MapNode.place(file, tuple.getKeyNode());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                faults.add(keyPlace, "expected a plain key");
            } else if (entries.putIfAbsent(key.getValue(), new Tree.Entry(keyPlace, tree(tuple.getValueNode())))
                    != null) {
                faults.add(keyPlace, "key '" + key.getValue() + "' stands twice");
            }
        }
        return new Tree.Mapping(place, entries);
    }

    private Tree scalar(Place place, ScalarNode scalar) {
        boolean quoted = scalar.getScalarStyle() != DumperOptions.ScalarStyle.PLAIN;
        if (!scalar.getTag().startsWith(Tag.PREFIX)) {
            faults.add(place, "tag '" + scalar.getTag() + "' is not supported");
        }
        return new Tree.Scalar(place, value(scalar), scalar.getValue(), quoted);
    }

    private static @Nullable Object value(ScalarNode scalar) {
        String text = scalar.getValue();
        if (MapNode.isNull(scalar)) {
            return null;
        }
        try {
            if (Tag.BOOL.equals(scalar.getTag())) {
                return switch (text.toLowerCase(Locale.ROOT)) {
                    case "true", "yes", "on" -> true;
                    case "false", "no", "off" -> false;
                    default -> text;
                };
            }
            if (Tag.INT.equals(scalar.getTag())) {
                return Long.valueOf(text.replace("_", ""));
            }
            if (Tag.FLOAT.equals(scalar.getTag())) {
                return number(text.replace("_", ""));
            }
        } catch (NumberFormatException notOfThatForm) {
            return text;
        }
        return text;
    }

    /** Numbers far outside of a double's range stay text, so that no reader ever expands them. */
    private static Object number(String text) {
        var number = new BigDecimal(text);
        return Math.abs((long) number.scale()) > 400 || number.precision() > 400 ? text : number;
    }
}
