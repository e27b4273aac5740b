package io.millrace.inference.rest;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import org.jspecify.annotations.Nullable;

/** Which contributions a call asks for: true or {@code "all"}, false, or how many of the largest, 1 to 10,000. */
final class ExplainOption {
    private static final int MOST = 10_000;

    private ExplainOption() {}

    /** @throws Refusal INVALID_REQUEST */
    static Wanted of(@Nullable Object value) {
        return switch (value) {
            case null -> Wanted.NONE;
            case Boolean all -> all ? Wanted.ALL : Wanted.NONE;
            case Long largest when largest >= 1 && largest <= MOST -> Wanted.largest(largest.intValue());
            case String text -> ofText(text);
            default -> throw refused();
        };
    }

    private static Wanted ofText(String text) {
        if (text.equals("true") || text.equals("all")) {
            return Wanted.ALL;
        }
        if (text.equals("false")) {
            return Wanted.NONE;
        }
        if (text.matches("[1-9]\\d{0,4}") && Integer.parseInt(text) <= MOST) {
            return Wanted.largest(Integer.parseInt(text));
        }
        throw refused();
    }

    private static Refusal refused() {
        return new Refusal(
                InferenceReason.INVALID_REQUEST, "'explain' must be true, false, all, or a number of 1 to " + MOST);
    }
}
