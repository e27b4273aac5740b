package io.millrace.inference.app;

import io.millrace.definitions.MapNode;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import java.util.Optional;

/** Reads a pipeline's {@code contributions}: {@code all}, or how many of the largest. */
final class ContributionsNode {
    private static final int MOST = 10_000;

    private ContributionsNode() {}

    static Wanted read(MapNode root) {
        Optional<String> text = root.optionalString("contributions");
        if (text.isEmpty()) {
            return Wanted.NONE;
        }
        if (text.get().equals("all")) {
            return Wanted.ALL;
        }
        if (text.get().matches("[1-9]\\d{0,4}") && Integer.parseInt(text.get()) <= MOST) {
            return Wanted.largest(Integer.parseInt(text.get()));
        }
        root.fault(
                "contributions",
                "'contributions' must be all, or a number of 1 to " + MOST + ", was '" + text.get() + "'");
        return Wanted.NONE;
    }
}
