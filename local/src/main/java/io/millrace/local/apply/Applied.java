package io.millrace.local.apply;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What applying did.
 *
 * @param notes what follows, one line each: backfills, and readers of what goes
 * @param faults one line each, {@code file:line: what} where the place is known
 */
public record Applied(List<Outcome> outcomes, List<String> notes, List<String> faults) {
    /** What became of a definition. */
    public enum Change {
        CREATED,
        UPDATED,
        UNCHANGED,
        /** It is served and would change: refused. */
        NEW_VERSION,
        /** The project had it, the folder does not; it stays. */
        ORPHANED,
        RETIRED
    }

    /**
     * One definition's outcome.
     *
     * @param detail what more there is to say; may be empty
     */
    public record Outcome(String kind, String name, Change change, String detail) {
        public Outcome(String kind, String name, Change change) {
            this(kind, name, change, "");
        }

        private String words() {
            return change == Change.ORPHANED ? "not in this folder; stays without --prune" : detail;
        }
    }

    public Applied {
        outcomes = List.copyOf(outcomes);
        notes = List.copyOf(notes);
        faults = List.copyOf(faults);
    }

    static Applied nothing() {
        return new Applied(List.of(), List.of(), List.of());
    }

    static Applied one(String kind, String name, Change change) {
        return one(new Outcome(kind, name, change));
    }

    static Applied one(Outcome outcome) {
        return new Applied(List.of(outcome), List.of(), List.of());
    }

    static Applied noted(List<String> notes) {
        return new Applied(List.of(), notes, List.of());
    }

    static Applied refused(List<String> faults) {
        return new Applied(List.of(), List.of(), faults);
    }

    Applied and(Applied next) {
        return new Applied(
                Stream.concat(outcomes.stream(), next.outcomes.stream()).toList(),
                Stream.concat(notes.stream(), next.notes.stream()).toList(),
                Stream.concat(faults.stream(), next.faults.stream()).toList());
    }

    /** One line per definition and per fault. */
    public void print(PrintStream out) {
        for (Outcome outcome : outcomes) {
            out.printf(
                    "  %-11s %-22s %s%s%n",
                    outcome.change().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    outcome.kind(),
                    outcome.name(),
                    outcome.words().isEmpty() ? "" : "  (" + outcome.words() + ")");
        }
        notes.forEach(note -> out.println("  " + note));
        faults.forEach(fault -> out.println("  refused    " + fault));
        out.flush();
    }
}
