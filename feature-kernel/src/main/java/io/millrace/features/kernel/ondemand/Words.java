package io.millrace.features.kernel.ondemand;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of an expression: the names that it uses are among them. */
final class Words {
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private Words() {}

    static Set<String> of(String expression) {
        var words = new HashSet<String>();
        Matcher matcher = WORD.matcher(expression);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }
}
