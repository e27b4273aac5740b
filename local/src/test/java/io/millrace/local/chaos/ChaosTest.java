package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.backing.audit.Verdict;
import io.millrace.local.chaos.Chaos.Plan;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class ChaosTest {
    private static final String STEPS =
            "1.0 kill-broker 1.0, 2.0 poison 1.0, 3.0 kill-inference-1 1.0, 4.0 hot-key 5.0, 5.0 kill-features 1.0, 6.0 kill-registry 1.0";

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final List<String> runs = new ArrayList<>();

    @Test
    void aCleanRunIsRunOnce() {
        assertThat(chaos(steps -> true, 6)).isTrue();
        assertThat(runs).containsExactly(STEPS);
    }

    @Test
    void aFailureIsShrunkToTheStepsThatLeadToIt() {
        boolean clean = chaos(steps -> !(steps.contains("poison") && steps.contains("kill-features")), 30);

        assertThat(clean).isFalse();
        assertThat(text()).contains("./millrace chaos --seed 4 --steps '2.0 poison 1.0, 5.0 kill-features 1.0'");
    }

    @Test
    void shrinkingEndsWhenItsRunsAreUsedUp() {
        assertThat(chaos(steps -> false, 2)).isFalse();
        assertThat(runs).hasSize(3);
    }

    @Test
    void withoutStepsTheSeedDraws() {
        var chaos = new Chaos(this::verdictOnAll, new PrintStream(printed, true, StandardCharsets.UTF_8));
        assertThat(chaos.run(new Plan(4, Duration.ofMinutes(3), null, 0))).isTrue();
        assertThat(runs).containsExactly(Schedule.draw(4, Duration.ofMinutes(3)).toString());
    }

    private boolean chaos(Predicate<String> clean, int shrinks) {
        var chaos = new Chaos(
                steps -> {
                    runs.add(steps);
                    return verdict(clean.test(steps));
                },
                new PrintStream(printed, true, StandardCharsets.UTF_8));
        return chaos.run(new Plan(4, Duration.ofMinutes(1), STEPS, shrinks));
    }

    private Verdict verdictOnAll(String steps) {
        runs.add(steps);
        return verdict(true);
    }

    private static Verdict verdict(boolean clean) {
        return new Verdict(10, 10, 0, clean ? 0 : 1, 0, 0, 0, List.of());
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
