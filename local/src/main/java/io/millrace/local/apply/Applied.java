package io.millrace.local.apply;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What applying did.
 *
 * @param faults one line each, {@code file:line: what} where the place is known
 */
public record Applied(List<Outcome> outcomes, List<String> faults) {
    /** What became of a definition. */
    public enum Change {
        CREATED,
        UPDATED,
        UNCHANGED
    }

    /** One definition's outcome. */
    public record Outcome(String kind, String name, Change change) {}

    public Applied {
        outcomes = List.copyOf(outcomes);
        faults = List.copyOf(faults);
    }

    static Applied nothing() {
        return new Applied(List.of(), List.of());
    }

    static Applied one(String kind, String name, Change change) {
        return new Applied(List.of(new Outcome(kind, name, change)), List.of());
    }

    static Applied refused(List<String> faults) {
        return new Applied(List.of(), faults);
    }

    Applied and(Applied next) {
        return new Applied(
                Stream.concat(outcomes.stream(), next.outcomes.stream()).toList(),
                Stream.concat(faults.stream(), next.faults.stream()).toList());
    }

    /** One line per definition and per fault. */
    public void print(PrintStream out) {
        for (Outcome outcome : outcomes) {
            out.printf(
                    "  %-10s %-13s %s%n",
                    outcome.change().name().toLowerCase(Locale.ROOT), outcome.kind(), outcome.name());
        }
        faults.forEach(fault -> out.println("  refused    " + fault));
        out.flush();
    }
}
