package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.platform.CommandFailure;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void theSameSeedGivesTheSameFaultsAndAnotherOthers() {
        Schedule drawn = Schedule.draw(7, Duration.ofMinutes(5));

        assertThat(Schedule.draw(7, Duration.ofMinutes(5))).isEqualTo(drawn);
        assertThat(Schedule.draw(8, Duration.ofMinutes(5))).isNotEqualTo(drawn);
    }

    @Test
    void whatASchedulePrintsIsReadBackAsItIs() {
        for (long seed = 0; seed < 50; seed++) {
            Schedule drawn = Schedule.draw(seed, Duration.ofMinutes(12));
            assertThat(Schedule.parse(drawn.toString())).isEqualTo(drawn);
        }
    }

    @Test
    void faultsBeginWithinTheTimeInTheirOrderAndLastAsLongAsTheyMay() {
        var seen = new HashSet<Fault>();
        boolean longOutage = false;
        for (long seed = 0; seed < 50; seed++) {
            Schedule drawn = Schedule.draw(seed, Duration.ofMinutes(12));
            assertThat(drawn.steps()).isSortedAccordingTo(Comparator.comparingDouble(Step::at));
            for (Step step : drawn.steps()) {
                seen.add(step.fault());
                assertThat(step.at()).isBetween(0.0, 720.0);
                assertThat(step.lasts())
                        .isBetween(step.fault().least() - 0.1, step.fault().longest() + 0.1);
                longOutage |= step.fault() == Fault.STOP_FEATURES && step.lasts() == 300;
            }
        }
        assertThat(seen).containsExactlyInAnyOrder(Fault.values());
        assertThat(longOutage).isTrue();
    }

    @Test
    void whatIsNoStepIsAWrongCommandLine() {
        for (String text : new String[] {
            "", "kill-broker", "1 kill-broker", "1 kill-inference 2", "1 kill-inference-9 2", "1 kill-broker-1 2"
        }) {
            assertThatThrownBy(() -> Step.parse(text))
                    .as(text)
                    .isInstanceOfSatisfying(CommandFailure.class, failure -> assertThat(failure.exitCode())
                            .isEqualTo(CommandFailure.USAGE));
        }
        assertThat(Step.parse("1 kill-inference-2 3")).isEqualTo(new Step(1, Fault.KILL_INFERENCE, 2, 3));
    }
}
