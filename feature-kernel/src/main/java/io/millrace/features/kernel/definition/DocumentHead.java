package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What all kinds of documents begin with, and how their names look. */
record DocumentHead(String name, String version, String description, String owner, Map<String, String> tags) {
    static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,127}");
    static final String NAME_EXPECTATION = "lower-case letters, digits and '_', a letter first, at most 128 in all";
    static final Pattern FIELD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    static final String FIELD_EXPECTATION = "letters, digits and '_', no digit first, at most 128 in all";
    static final Pattern PATH = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}(\\.[A-Za-z_][A-Za-z0-9_]{0,127}){0,15}");
    static final String PATH_EXPECTATION =
            "letters, digits and '_', no digit first, at most 128 in all; a dot between the names of nested fields, at most 16";
    static final Pattern VERSION = Pattern.compile("v[1-9][0-9]{0,8}");
    static final String VERSION_EXPECTATION = "v and a number from 1, such as v1";
    static final int MOST_TAGS = 64;
    static final int LONGEST_TEXT = 4_096;

    /** Whether documents of a kind have a version. */
    enum Versioned {
        ALWAYS,
        OPTIONAL,
        NEVER
    }

    static DocumentHead read(MapNode document, Versioned versioned) {
        document.has("kind");
        String name = document.string("name", NAME, NAME_EXPECTATION);
        String version =
                switch (versioned) {
                    case ALWAYS -> document.string("version", VERSION, VERSION_EXPECTATION);
                    case OPTIONAL ->
                        document.has("version") ? document.string("version", VERSION, VERSION_EXPECTATION) : "";
                    case NEVER -> "";
                };
        if (versioned != Versioned.NEVER
                && document.optionalBoolean("active").isPresent()
                && versioned == Versioned.OPTIONAL
                && !document.has("version")) {
            document.fault("active", "'active' has a meaning for versions only");
        }
        return new DocumentHead(name, version, text(document, "description"), text(document, "owner"), tags(document));
    }

    private static String text(MapNode document, String key) {
        return document.optionalString(key)
                .filter(text -> {
                    if (text.length() > LONGEST_TEXT) {
                        document.fault(key, "'" + key + "' has more than " + LONGEST_TEXT + " characters");
                    }
                    return true;
                })
                .orElse("");
    }

    private static Map<String, String> tags(MapNode document) {
        Map<String, String> tags = new LinkedHashMap<>();
        Optional<MapNode> map = document.optionalMap("tags");
        map.ifPresent(
                node -> node.keys().forEach(key -> node.optionalString(key).ifPresent(value -> tags.put(key, value))));
        if (tags.size() > MOST_TAGS) {
            document.fault("tags", "at most " + MOST_TAGS + " tags are possible, these are " + tags.size());
        }
        return tags;
    }
}
