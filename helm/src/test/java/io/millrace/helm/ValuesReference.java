package io.millrace.helm;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of values, read from values.yaml: each key with the comment above it and its default. */
final class ValuesReference {
    private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z][A-Za-z0-9]*):(?: (.*))?$");

    /** A key that can be set. */
    record Entry(String key, String meaning, String preset) {}

    private ValuesReference() {}

    /**
     * Reads the entries in order. A key with a comment is one entry with everything below it; a key without one only groups.
     *
     * @throws IllegalStateException where a key has a value but no comment
     */
    static List<Entry> entries(List<String> lines) {
        var entries = new ArrayList<Entry>();
        var path = new ArrayList<String>();
        var comment = new StringBuilder();
        int inside = Integer.MAX_VALUE;
        for (String line : lines) {
            if (line.isBlank()) {
                comment.setLength(0);
                continue;
            }
            if (line.strip().startsWith("#")) {
                comment.append(comment.isEmpty() ? "" : " ")
                        .append(line.strip().substring(1).strip());
                continue;
            }
            Matcher key = KEY.matcher(line);
            if (!key.matches()) {
                throw new IllegalStateException("not a key: " + line);
            }
            int depth = key.group(1).length() / 2;
            if (depth > inside) {
                Entry owner = entries.removeLast();
                entries.add(new Entry(owner.key(), owner.meaning(), (owner.preset() + " " + line.strip()).strip()));
                continue;
            }
            inside = Integer.MAX_VALUE;
            path.subList(Math.min(depth, path.size()), path.size()).clear();
            path.add(key.group(2));
            if (!comment.isEmpty()) {
                String preset = key.group(3) == null ? "" : key.group(3);
                entries.add(new Entry(String.join(".", path), comment.toString(), preset));
                inside = depth;
                comment.setLength(0);
            } else if (key.group(3) != null) {
                throw new IllegalStateException("no comment says what this is: " + line);
            }
        }
        return entries;
    }

    /** The page for the documentation. */
    static String page(List<String> lines) {
        var page = new StringBuilder("""
                # Values of the chart

                Generated from the comments in `helm/millrace/values.yaml` by `ValuesReferenceTest`; edit those, not this.

                | key | default | meaning |
                |---|---|---|
                """);
        for (Entry entry : entries(lines)) {
            page.append("| `%s` | %s | %s |%n"
                    .formatted(
                            entry.key(),
                            entry.preset().isEmpty() ? "" : "`" + entry.preset() + "`",
                            entry.meaning().replace("|", "\\|").replace("<", "&lt;")));
        }
        return page.toString();
    }
}
