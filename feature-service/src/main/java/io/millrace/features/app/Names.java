package io.millrace.features.app;

import io.millrace.features.domain.FeatureReference;
import io.millrace.gate.Refusal;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The form of names as requests give them. What no definition can be called is refused for what it is, before it is looked up, written to a log or
 * made part of a key; and it is shown so that it can do nothing to who reads it. Feast's interface does not ask here: what Feast would not find is not
 * found there.
 */
public final class Names {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,127}");
    private static final Pattern NAME_OR_VERSION = Pattern.compile("[a-z][a-z0-9_]{0,127}(@v[0-9]{1,17})?");
    private static final Pattern PROJECT = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final int SHOWN = 100;

    private Names() {}

    /**
     * A name alone.
     *
     * @param what it names, in words, to begin a sentence with
     * @throws Refusal with {@link FeatureReason#MALFORMED_NAME}
     */
    public static void requireName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw malformed(what, name, "lower-case letters, digits and _, beginning with a letter");
        }
    }

    /**
     * {@code name}, or {@code name@v2}.
     *
     * @throws Refusal with {@link FeatureReason#MALFORMED_NAME}
     */
    public static void require(String what, String name) {
        if (!NAME_OR_VERSION.matcher(name).matches()) {
            throw malformed(
                    what,
                    name,
                    "lower-case letters, digits and _, beginning with a letter, with @v1, @v2, … for one version");
        }
    }

    /** @throws Refusal with {@link FeatureReason#MALFORMED_NAME} */
    public static void requireProject(String name) {
        if (!PROJECT.matcher(name).matches()) {
            throw malformed("A project", name, "letters, digits, '.', '_' and '-'");
        }
    }

    /**
     * Views and features as a request asks for them; what is no reference at all is left to whoever reads them.
     *
     * @throws Refusal with {@link FeatureReason#MALFORMED_NAME}
     */
    public static void requireReferences(List<String> references) {
        for (String text : references) {
            FeatureReference.parse(text).ifPresent(reference -> {
                require("A feature view", reference.view());
                requireName("A feature", reference.feature());
            });
        }
    }

    private static Refusal malformed(String what, String name, String form) {
        return new Refusal(
                FeatureReason.MALFORMED_NAME, what + " cannot be named " + shown(name) + ": a name has " + form);
    }

    /** In quotes, cut off where it is long, with everything but printable ASCII as \\uXXXX: no mark turns the text around, no line ends. */
    static String shown(String text) {
        var shown = new StringBuilder("'");
        for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7f) {
                shown.append(c);
            } else {
                shown.append(String.format("\\u%04x", (int) c));
            }
        }
        return shown.append(text.length() > SHOWN ? "…'" : "'").toString();
    }
}
