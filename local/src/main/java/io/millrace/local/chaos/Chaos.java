package io.millrace.local.chaos;

import io.millrace.backing.audit.Verdict;
import io.millrace.local.platform.CommandFailure;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Runs a campaign; where it finds a fault, looks for fewer steps that still lead to one. */
public final class Chaos {
    private final Runner runner;
    private final PrintStream out;

    /** Runs a schedule. */
    public interface Runner {
        Verdict run(String steps);
    }

    /**
     * What is to be run.
     *
     * @param steps instead of those that the seed gives
     * @param shrinks most runs that look for fewer steps after a fault was found
     */
    public record Plan(long seed, Duration length, @Nullable String steps, int shrinks) {}

    public Chaos(Runner runner, PrintStream out) {
        this.runner = runner;
        this.out = out;
    }

    /** @return whether the stream stayed exactly-once */
    public boolean run(Plan plan) {
        Schedule schedule =
                plan.steps() == null ? Schedule.draw(plan.seed(), plan.length()) : Schedule.parse(plan.steps());
        if (schedule.steps().isEmpty()) {
            throw CommandFailure.usage("there is not one step");
        }
        out.println("seed " + plan.seed() + ", " + schedule.steps().size() + " steps: " + schedule);
        if (runner.run(schedule.toString()).isClean()) {
            out.println("Exactly once: nothing lost, nothing twice, nothing out of order, nothing wrong.");
            return true;
        }
        Schedule least = shrink(schedule, plan.shrinks());
        out.println(
                "NOT exactly once. Again with:  ./millrace chaos --seed " + plan.seed() + " --steps '" + least + "'");
        return false;
    }

    /** Halves first, then single steps (Zeller's ddmin, with a bound on runs). */
    private Schedule shrink(Schedule failing, int runs) {
        int left = runs;
        int parts = 2;
        Schedule least = failing;
        while (left > 0 && least.steps().size() > 1) {
            Optional<Schedule> fewer = Optional.empty();
            for (int part = 0; part < parts && left > 0 && fewer.isEmpty(); part++) {
                Schedule without = without(least, part, parts);
                left--;
                out.println("shrinking, " + without.steps().size() + " steps: " + without);
                if (!runner.run(without.toString()).isClean()) {
                    fewer = Optional.of(without);
                }
            }
            if (fewer.isPresent()) {
                least = fewer.get();
                parts = Math.max(2, parts - 1);
            } else if (parts >= least.steps().size()) {
                return least;
            } else {
                parts = Math.min(parts * 2, least.steps().size());
            }
        }
        return least;
    }

    private static Schedule without(Schedule schedule, int part, int parts) {
        List<Step> steps = schedule.steps();
        int from = steps.size() * part / parts;
        int to = steps.size() * (part + 1) / parts;
        return new Schedule(IntStream.range(0, steps.size())
                .filter(i -> i < from || i >= to)
                .mapToObj(steps::get)
                .toList());
    }
}
