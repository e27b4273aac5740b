package io.millrace.registry.app.document;

import io.millrace.definitions.NearestName;
import io.millrace.definitions.Place;
import io.millrace.definitions.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks a tree against a shape, all faults at once, and brings it to one form: null fields left out, text as text. What is at fault is left out of the
 * result too, so that reading can go on and find more.
 */
final class ShapeCheck {
    private final DocumentFaults faults;
    private final boolean looseText;

    /**
     * @param looseText whether an unquoted number counts as text, as in YAML's {@code version: 1.0}
     */
    ShapeCheck(DocumentFaults faults, boolean looseText) {
        this.faults = faults;
        this.looseText = looseText;
    }

    Tree.Mapping document(Tree.Mapping tree, Shape.Fields shape) {
        return mapping("", tree, shape);
    }

    private Optional<Tree> check(String path, Tree tree, Shape shape) {
        return switch (shape) {
            case Shape.Anything _ -> Optional.of(tree);
            case Shape.Single _ -> single(path, tree);
            case Shape.Text text -> text(path, tree, text);
            case Shape.Whole whole -> whole(path, tree, whole);
            case Shape.Numeric _ -> isNumber(tree) ? Optional.of(tree) : fault(path, tree, "expected a number");
            case Shape.Truth _ ->
                tree instanceof Tree.Scalar scalar && scalar.value() instanceof Boolean
                        ? Optional.of(tree)
                        : fault(path, tree, "expected true or false");
            case Shape.ListOf list -> list(path, tree, list);
            case Shape.Either either ->
                check(path, tree, kindOf(either.first(), tree) ? either.first() : either.second());
            case Shape.Chosen chosen ->
                tree instanceof Tree.Mapping map
                        ? Optional.of(mapping(path, map, chosen.choose().apply(map)))
                        : fault(path, tree, "expected a map");
            case Shape.Fields fields ->
                tree instanceof Tree.Mapping map
                        ? Optional.of(mapping(path, map, fields))
                        : fault(path, tree, "expected a map (" + fields.what() + ")");
        };
    }

    private Tree.Mapping mapping(String path, Tree.Mapping map, Shape.Fields shape) {
        var checked = new LinkedHashMap<String, Tree.Entry>();
        for (Map.Entry<String, Tree.Entry> field : map.entries().entrySet()) {
            String key = field.getKey();
            Tree.Entry entry = field.getValue();
            String fieldPath = path.isEmpty() ? key : path + "." + key;
            Shape fieldShape = shape.fields().get(key);
            if (fieldShape == null) {
                if (shape.closed()) {
                    refuseUnknown(fieldPath, key, entry.place(), shape);
                } else {
                    checked.put(key, entry);
                }
            } else if (!isNull(entry.value())
                    || fieldShape instanceof Shape.Anything
                    || fieldShape instanceof Shape.Single) {
                check(fieldPath, entry.value(), fieldShape)
                        .ifPresent(value -> checked.put(key, new Tree.Entry(entry.place(), value)));
            }
        }
        for (String key : shape.required()) {
            Tree.Entry entry = map.entries().get(key);
            boolean mayBeNull = shape.fields().get(key) instanceof Shape.Anything
                    || shape.fields().get(key) instanceof Shape.Single;
            if (entry == null || (isNull(entry.value()) && !mayBeNull)) {
                faults.add(
                        path.isEmpty() ? key : path + "." + key,
                        map.place(),
                        "'" + key + "' is missing: " + shape.what() + " needs it");
            }
        }
        return new Tree.Mapping(map.place(), checked);
    }

    private void refuseUnknown(String path, String key, Place place, Shape.Fields shape) {
        Set<String> known = shape.fields().keySet();
        faults.add(path, place, shape.what() + " has no field '" + key + "'" + NearestName.hint(key, known));
    }

    private Optional<Tree> text(String path, Tree tree, Shape.Text shape) {
        if (!(tree instanceof Tree.Scalar scalar) || scalar.value() == null) {
            return fault(path, tree, "expected text");
        }
        if (!(scalar.value() instanceof String) && !looseText) {
            return fault(path, tree, "expected text, was " + scalar.text());
        }
        String text = scalar.text();
        if (!shape.oneOf().isEmpty() && !shape.oneOf().contains(text)) {
            String hint = NearestName.hint(text, shape.oneOf());
            return fault(path, tree, "'" + shorten(text) + "' is none of " + shape.oneOf() + hint);
        }
        return Optional.of(new Tree.Scalar(scalar.place(), text, text, true));
    }

    private Optional<Tree> whole(String path, Tree tree, Shape.Whole shape) {
        if (!(tree instanceof Tree.Scalar scalar && scalar.value() instanceof Long number)) {
            return fault(path, tree, "expected a whole number");
        }
        return number >= shape.least()
                ? Optional.of(tree)
                : fault(path, tree, "must be at least " + shape.least() + ", was " + number);
    }

    private Optional<Tree> single(String path, Tree tree) {
        return tree instanceof Tree.Scalar ? Optional.of(tree) : fault(path, tree, "expected a single value");
    }

    private Optional<Tree> list(String path, Tree tree, Shape.ListOf shape) {
        if (!(tree instanceof Tree.Sequence sequence)) {
            return fault(path, tree, "expected a list");
        }
        int size = sequence.items().size();
        if (size < shape.least() || size > shape.most()) {
            String wanted = shape.least() == shape.most() ? "exactly " + shape.least() : "at least " + shape.least();
            return fault(path, tree, "expected a list of " + wanted + " items, was " + size);
        }
        List<Tree> items = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            check(path + "[" + i + "]", sequence.items().get(i), shape.item()).ifPresent(items::add);
        }
        return Optional.of(new Tree.Sequence(sequence.place(), items));
    }

    private Optional<Tree> fault(String path, Tree tree, String message) {
        faults.add(path, tree.place(), message);
        return Optional.empty();
    }

    private static boolean kindOf(Shape shape, Tree tree) {
        return switch (shape) {
            case Shape.ListOf _ -> tree instanceof Tree.Sequence;
            case Shape.Fields _, Shape.Chosen _ -> tree instanceof Tree.Mapping;
            default -> tree instanceof Tree.Scalar;
        };
    }

    private static boolean isNumber(Tree tree) {
        return tree instanceof Tree.Scalar scalar && scalar.value() instanceof Number;
    }

    static boolean isNull(Tree tree) {
        return tree instanceof Tree.Scalar scalar && scalar.value() == null;
    }

    static String shorten(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
