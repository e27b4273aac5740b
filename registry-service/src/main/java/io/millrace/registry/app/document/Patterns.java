package io.millrace.registry.app.document;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.millrace.registry.domain.TextPattern;
import java.util.ArrayDeque;
import java.util.Optional;

/** Regular expressions of contracts, matched in time linear in the text whatever their author wrote. */
final class Patterns {
    private static final int MAX_LENGTH = 1_000;
    private static final int MAX_SIZE = 5_000;

    /** What became of a pattern. */
    sealed interface Outcome {
        record Usable(TextPattern pattern) implements Outcome {}

        /** A regular expression, but one that has no linear-time match (look-around, back-references). */
        record NotChecked(String why) implements Outcome {}

        record Faulty(String why) implements Outcome {}
    }

    private Patterns() {}

    static Outcome compile(String source) {
        if (source.length() > MAX_LENGTH) {
            return new Outcome.Faulty("a pattern may have at most " + MAX_LENGTH + " characters");
        }
        if (size(source) > MAX_SIZE) {
            return new Outcome.Faulty("the repetitions of the pattern multiply to more than " + MAX_SIZE);
        }
        try {
            Pattern pattern = Pattern.compile(source);
            return new Outcome.Usable(
                    new TextPattern(source, text -> pattern.matcher(text).find()));
        } catch (PatternSyntaxException e) {
            return isRegularExpression(source)
                    ? new Outcome.NotChecked("the pattern " + source
                            + " uses what cannot be matched in linear time (look-around, back-references): "
                            + e.getDescription())
                    : new Outcome.Faulty("not a regular expression: " + e.getDescription());
        }
    }

    private static boolean isRegularExpression(String source) {
        try {
            return !java.util.regex.Pattern.compile(source).pattern().isEmpty();
        } catch (java.util.regex.PatternSyntaxException e) {
            return false;
        }
    }

    /** About how many states the pattern unfolds to: each counted repetition multiplies what it repeats. */
    private static long size(String source) {
        var outer = new ArrayDeque<Long>();
        long size = 0;
        long last = 0;
        for (int i = 0; i < source.length(); i++) {
            char c = source.charAt(i);
            Optional<Integer> end = c == '{' ? countEnd(source, i) : Optional.empty();
            if (c == '\\') {
                i++;
                last = 1;
                size += 1;
            } else if (c == '(') {
                outer.push(size);
                size = 0;
            } else if (c == ')') {
                last = size;
                size += outer.isEmpty() ? 0 : outer.pop();
            } else if (end.isPresent()) {
                size += last * Math.max(0, most(source.substring(i + 1, end.get())) - 1L);
                last = last * Math.max(1, most(source.substring(i + 1, end.get())));
                i = end.get();
            } else {
                last = 1;
                size += 1;
            }
            if (size > Integer.MAX_VALUE) {
                return size;
            }
        }
        return size;
    }

    private static Optional<Integer> countEnd(String source, int start) {
        int end = source.indexOf('}', start);
        boolean count = end > start + 1
                && end - start <= 12
                && source.substring(start + 1, end).chars().allMatch(c -> c == ',' || (c >= '0' && c <= '9'));
        return count ? Optional.of(end) : Optional.empty();
    }

    private static long most(String count) {
        long most = 0;
        for (String bound : count.split(",")) {
            if (!bound.isEmpty()) {
                most = Math.max(most, Long.parseLong(bound));
            }
        }
        return most;
    }
}
