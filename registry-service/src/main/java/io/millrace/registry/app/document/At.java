package io.millrace.registry.app.document;

import io.millrace.definitions.Place;
import io.millrace.definitions.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A map of a checked document together with its path. Getters answer empty where a value is not there or was at fault. */
record At(String path, Tree.Mapping map) {
    Optional<Tree> value(String key) {
        return Optional.ofNullable(map.entries().get(key)).map(Tree.Entry::value);
    }

    Optional<String> text(String key) {
        return plain(key, String.class);
    }

    boolean isTrue(String key) {
        return plain(key, Boolean.class).orElse(false);
    }

    Optional<Boolean> truth(String key) {
        return plain(key, Boolean.class);
    }

    Optional<Long> whole(String key) {
        return plain(key, Long.class);
    }

    Optional<Number> number(String key) {
        return plain(key, Number.class);
    }

    /** A map below this one; an empty one where it is not there. */
    At map(String key) {
        Tree.Mapping below = value(key).orElse(null) instanceof Tree.Mapping mapping
                ? mapping
                : new Tree.Mapping(map.place(), Map.of());
        return new At(pathOf(key), below);
    }

    /** Reads each map of a list. */
    <T> List<T> maps(String key, Function<At, T> read) {
        var all = new ArrayList<T>();
        List<Tree> items = items(key);
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Tree.Mapping mapping) {
                all.add(read.apply(new At(pathOf(key) + "[" + i + "]", mapping)));
            }
        }
        return all;
    }

    List<String> texts(String key) {
        return items(key).stream().map(item -> String.valueOf(item.plain())).toList();
    }

    /** The plain values of a list. */
    List<@Nullable Object> plains(String key) {
        var plains = new ArrayList<@Nullable Object>();
        items(key).forEach(item -> plains.add(item.plain()));
        return plains;
    }

    List<Tree> items(String key) {
        return value(key).orElse(null) instanceof Tree.Sequence sequence ? sequence.items() : List.of();
    }

    String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** Where a key stands; where this map begins if it is not there. */
    Place placeOf(String key) {
        Tree.Entry entry = map.entries().get(key);
        return entry == null ? map.place() : entry.place();
    }

    private <T> Optional<T> plain(String key, Class<T> type) {
        return value(key).map(Tree::plain).filter(type::isInstance).map(type::cast);
    }
}
