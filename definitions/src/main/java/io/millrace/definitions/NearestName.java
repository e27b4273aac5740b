package io.millrace.definitions;

import java.util.Collection;

/** What an author may have meant by a mistyped name. */
public final class NearestName {
    private NearestName() {}

    /** {@code "; did you mean 'x'?"} where a name is within two edits (a third of the length for short ones), else empty. */
    public static String hint(String typed, Collection<String> names) {
        String best = "";
        int bestDistance = Math.max(1, Math.min(2, typed.length() / 3)) + 1;
        for (String name : names) {
            int distance = distance(typed, name);
            if (distance < bestDistance) {
                best = name;
                bestDistance = distance;
            }
        }
        return best.isEmpty() ? "" : "; did you mean '" + best + "'?";
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitute, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
