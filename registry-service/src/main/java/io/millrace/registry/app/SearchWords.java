package io.millrace.registry.app;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The words of one contract by where they stand. A query finds it when each of its words begins a word of the contract, whatever the
 * case; {@code meanDelay} and {@code mean_delay} are the words mean, delay and meandelay.
 */
final class SearchWords {
    private static final Pattern BREAK = Pattern.compile("[^\\p{L}\\p{N}]+");
    private static final Pattern CAMEL = Pattern.compile("(?<=[\\p{Ll}\\p{N}])(?=\\p{Lu})");
    private static final int MAX_QUERY_WORDS = 20;

    /** Where a word stands, with what a hit there is worth. */
    enum Field {
        NAME(8),
        TAG(4),
        COLUMN(3),
        DESCRIPTION(1);

        private final int worth;

        Field(int worth) {
            this.worth = worth;
        }
    }

    private final List<NavigableSet<String>> byField = new ArrayList<>();

    SearchWords() {
        for (int i = 0; i < Field.values().length; i++) {
            byField.add(new TreeSet<>());
        }
    }

    void add(Field field, String text) {
        byField.get(field.ordinal()).addAll(words(text));
    }

    /** The words of a query, at most 20. */
    static List<String> query(String text) {
        var words = new ArrayList<String>();
        for (String word : BREAK.split(text.toLowerCase(Locale.ROOT))) {
            if (!word.isEmpty() && words.size() < MAX_QUERY_WORDS) {
                words.add(word);
            }
        }
        return words;
    }

    /** How well all words of a query are found; 0 where one is not. A whole word is worth twice its beginning. */
    int score(List<String> query) {
        int sum = 0;
        for (String word : query) {
            int best = 0;
            for (Field field : Field.values()) {
                String found = byField.get(field.ordinal()).ceiling(word);
                if (found != null && found.startsWith(word)) {
                    best = Math.max(best, found.equals(word) ? 2 * field.worth : field.worth);
                }
            }
            if (best == 0) {
                return 0;
            }
            sum += best;
        }
        return sum;
    }

    private static Set<String> words(String text) {
        var words = new HashSet<String>();
        for (String token : BREAK.split(text)) {
            if (token.isEmpty()) {
                continue;
            }
            words.add(token.toLowerCase(Locale.ROOT));
            for (String part : CAMEL.split(token)) {
                words.add(part.toLowerCase(Locale.ROOT));
            }
        }
        return words;
    }
}
