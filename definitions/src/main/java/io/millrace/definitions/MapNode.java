package io.millrace.definitions;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A map of a definition file. Each getter that meets a missing or wrong value adds a fault and answers empty (or the neutral value of a
 * required getter), so that reading goes on and finds the next fault; {@link #refuseUnknownKeys} at the end finds mistyped keys. Not thread-safe.
 */
public final class MapNode {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(us|ms|s|m|h|d)");

    private final String file;
    private final Place place;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Place> keyPlaces = new HashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();
    private final Faults faults;

    MapNode(String file, MappingNode node, Faults faults) {
        this.file = file;
        this.place = place(file, node);
        this.faults = faults;
        for (NodeTuple tuple : node.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                faults.add(place(file, tuple.getKeyNode()), "expected a plain key");
                continue;
            }
            if (values.putIfAbsent(key.getValue(), tuple.getValueNode()) != null) {
                faults.add(place(file, key), "key '" + key.getValue() + "' stands twice");
            }
            keyPlaces.putIfAbsent(key.getValue(), place(file, key));
        }
    }

    /** Where this map begins. */
    public Place place() {
        return place;
    }

    /** Where the key stands, or this map where it does not. */
    public Place placeOf(String key) {
        return keyPlaces.getOrDefault(key, place);
    }

    /** The faults that this map and all below it report to. */
    public Faults faults() {
        return faults;
    }

    public void fault(String key, String message) {
        faults.add(placeOf(key), message);
    }

    /** Whether the key is there with a value other than null. */
    public boolean has(String key) {
        asked.add(key);
        Node value = values.get(key);
        return value != null && !isNull(value);
    }

    /** Whether the key's value is a single value, not a map or a list. */
    public boolean isText(String key) {
        return has(key) && values.get(key) instanceof ScalarNode;
    }

    /** Whether the key's value is a map. */
    public boolean isMap(String key) {
        return has(key) && values.get(key) instanceof MappingNode;
    }

    /** Keys in their order. */
    public List<String> keys() {
        return List.copyOf(values.keySet());
    }

    /** A required, non-blank scalar as it is written; {@code ""} and a fault where it is missing. */
    public String string(String key) {
        return optionalString(key).orElseGet(() -> missing(key, "text", ""));
    }

    public Optional<String> optionalString(String key) {
        return scalar(key).map(ScalarNode::getValue).filter(text -> {
            if (text.isBlank()) {
                fault(key, "'" + key + "' is blank");
                return false;
            }
            return true;
        });
    }

    /** A required text that matches the pattern; {@code ""} and a fault otherwise. */
    public String string(String key, Pattern pattern, String expectation) {
        String text = string(key);
        if (!text.isEmpty() && !pattern.matcher(text).matches()) {
            fault(key, "'" + key + "' must be " + expectation + ", was '" + text + "'");
            return "";
        }
        return text;
    }

    /** A duration such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 24h}, {@code 90d}, or ISO 8601. */
    public Optional<Duration> optionalDuration(String key) {
        return optionalString(key).flatMap(text -> {
            Optional<Duration> duration = parseDuration(text);
            if (duration.isEmpty()) {
                fault(key, "'" + key + "' must be a duration such as 30s, 5m, 24h or 90d, was '" + text + "'");
            }
            return duration;
        });
    }

    /** A required duration; zero and a fault where it is missing or wrong. */
    public Duration duration(String key) {
        if (!has(key)) {
            return missing(key, "a duration", Duration.ZERO);
        }
        return optionalDuration(key).orElse(Duration.ZERO);
    }

    public Optional<Long> optionalLong(String key) {
        return number(key, "a whole number", Long::valueOf);
    }

    public Optional<Double> optionalDouble(String key) {
        return number(key, "a number", Double::valueOf);
    }

    public Optional<Boolean> optionalBoolean(String key) {
        return scalar(key).flatMap(node -> switch (node.getValue().toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> {
                fault(key, "'" + key + "' must be true or false, was '" + node.getValue() + "'");
                yield Optional.empty();
            }
        });
    }

    /** One of an enum's constants, written in lower case with '-' or '_' between words. */
    public <E extends Enum<E>> Optional<E> optionalEnum(String key, Class<E> type) {
        return optionalString(key).flatMap(text -> {
            String wanted = text.toUpperCase(Locale.ROOT).replace('-', '_');
            for (E constant : type.getEnumConstants()) {
                if (constant.name().equals(wanted)) {
                    return Optional.of(constant);
                }
            }
            List<String> names = Arrays.stream(type.getEnumConstants())
                    .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                    .toList();
            fault(
                    key,
                    "'" + key + "' must be one of " + names + ", was '" + text + "'" + NearestName.hint(text, names));
            return Optional.empty();
        });
    }

    /** What one of some words stands for. */
    public <T> Optional<T> optionalChoice(String key, Map<String, T> choices) {
        return optionalString(key).flatMap(text -> {
            T chosen = choices.get(text);
            if (chosen == null) {
                fault(
                        key,
                        "'" + key + "' must be one of " + choices.keySet() + ", was '" + text + "'"
                                + NearestName.hint(text, choices.keySet()));
            }
            return Optional.ofNullable(chosen);
        });
    }

    public Optional<MapNode> optionalMap(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        Node value = values.get(key);
        if (value instanceof MappingNode map) {
            return Optional.of(new MapNode(file, map, faults));
        }
        fault(key, "'" + key + "' must be a map");
        return Optional.empty();
    }

    /** The maps of a list; empty where the key is not there. */
    public List<MapNode> maps(String key) {
        var maps = new ArrayList<MapNode>();
        for (Node item : items(key)) {
            if (item instanceof MappingNode map) {
                maps.add(new MapNode(file, map, faults));
            } else {
                faults.add(place(file, item), "expected a map in '" + key + "'");
            }
        }
        return maps;
    }

    /** The scalars of a list, or a single scalar as a list of one; empty where the key is not there. */
    public List<String> strings(String key) {
        if (has(key) && values.get(key) instanceof ScalarNode single) {
            return List.of(single.getValue());
        }
        var strings = new ArrayList<String>();
        for (Node item : items(key)) {
            if (item instanceof ScalarNode scalar && !isNull(item)) {
                strings.add(scalar.getValue());
            } else {
                faults.add(place(file, item), "expected text in '" + key + "'");
            }
        }
        return strings;
    }

    /** The value as plain Java: Map, List, String, Long, Double, Boolean or null. */
    public @Nullable Object plain(String key) {
        asked.add(key);
        Node value = values.get(key);
        return value == null ? null : plain(value);
    }

    /** Reports every key that no getter asked for, with the nearest name that one did. */
    public void refuseUnknownKeys() {
        for (String key : values.keySet()) {
            if (!asked.contains(key)) {
                fault(key, "unknown key '" + key + "'" + NearestName.hint(key, asked) + "; known: " + asked);
            }
        }
    }

    /** Parses {@code 5m} and its kin, or ISO 8601. */
    public static Optional<Duration> parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            return Optional.of(
                    switch (matcher.group(2)) {
                        case "us" -> Duration.ofNanos(Math.multiplyExact(amount, 1_000L));
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        default -> Duration.ofDays(amount);
                    });
        }
        try {
            return Optional.of(Duration.parse(text.strip()));
        } catch (DateTimeParseException notIso) {
            return Optional.empty();
        }
    }

    static Place place(String file, Node node) {
        return new Place(
                file, node.getStartMark().getLine() + 1, node.getStartMark().getColumn() + 1);
    }

    static boolean isNull(Node node) {
        return Tag.NULL.equals(node.getTag());
    }

    private <T> T missing(String key, String what, T neutral) {
        if (!values.containsKey(key) || isNull(values.get(key))) {
            faults.add(place, "'" + key + "' is missing: expected " + what);
        }
        return neutral;
    }

    private Optional<ScalarNode> scalar(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (values.get(key) instanceof ScalarNode scalar) {
            return Optional.of(scalar);
        }
        fault(key, "'" + key + "' must be a single value");
        return Optional.empty();
    }

    private <N> Optional<N> number(String key, String what, Function<String, N> parse) {
        return scalar(key).flatMap(node -> {
            try {
                return Optional.of(parse.apply(node.getValue().replace("_", "")));
            } catch (NumberFormatException e) {
                fault(key, "'" + key + "' must be " + what + ", was '" + node.getValue() + "'");
                return Optional.empty();
            }
        });
    }

    private List<Node> items(String key) {
        if (!has(key)) {
            return List.of();
        }
        if (values.get(key) instanceof SequenceNode list) {
            return list.getValue();
        }
        fault(key, "'" + key + "' must be a list");
        return List.of();
    }

    private static @Nullable Object plain(Node node) {
        return switch (node) {
            case MappingNode map -> {
                var plain = new LinkedHashMap<String, @Nullable Object>();
                for (NodeTuple tuple : map.getValue()) {
                    plain.put(String.valueOf(plain(tuple.getKeyNode())), plain(tuple.getValueNode()));
                }
                yield plain;
            }
            case SequenceNode list -> {
                var plain = new ArrayList<@Nullable Object>();
                list.getValue().forEach(item -> plain.add(plain(item)));
                yield plain;
            }
            case ScalarNode scalar -> plainScalar(scalar);
            default -> null;
        };
    }

    private static @Nullable Object plainScalar(ScalarNode scalar) {
        String text = scalar.getValue();
        try {
            if (isNull(scalar)) {
                return null;
            }
            if (Tag.BOOL.equals(scalar.getTag())) {
                return Boolean.valueOf(text);
            }
            if (Tag.INT.equals(scalar.getTag())) {
                return Long.valueOf(text.replace("_", ""));
            }
            if (Tag.FLOAT.equals(scalar.getTag())) {
                return Double.valueOf(text.replace("_", ""));
            }
        } catch (NumberFormatException notOfThatForm) {
            return text;
        }
        return text;
    }
}
