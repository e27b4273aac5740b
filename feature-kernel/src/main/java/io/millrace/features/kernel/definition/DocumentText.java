package io.millrace.features.kernel.definition;

import io.millrace.definitions.Place;
import java.util.List;

/** The text of one document of a YAML file, with its comments. */
final class DocumentText {
    private DocumentText() {}

    /** The document that begins at the place: the lines between the document markers around it. */
    static String of(String content, Place place) {
        List<String> lines = content.lines().toList();
        int start = Math.min(place.line() - 1, lines.size() - 1);
        int first = start;
        while (first > 0 && !isMarker(lines.get(first)) && !isMarker(lines.get(first - 1))) {
            first--;
        }
        int end = start + 1;
        while (end < lines.size() && !isMarker(lines.get(end))) {
            end++;
        }
        return String.join("\n", lines.subList(first, end)) + "\n";
    }

    private static boolean isMarker(String line) {
        return line.startsWith("---") || line.startsWith("...");
    }
}
