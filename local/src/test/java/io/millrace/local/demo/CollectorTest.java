package io.millrace.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.replay.Event;
import io.millrace.local.replay.Event.Role;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CollectorTest {
    @Test
    void onlyAsksWhoseOutcomeWasSentAreTrainedOn() {
        var collector = new Collector(3);
        collector.sent(event(Role.ASK, 0));
        collector.sent(event(Role.ASK, 1));
        collector.sent(event(Role.ASK, 2));
        collector.sent(event(Role.FACT, -1));
        collector.sent(event(Role.SETTLING, 2));
        collector.sent(event(Role.SETTLING, 0));
        assertThat(collector.settled()).extracting(Event::number).containsExactly(0, 2);
    }

    @Test
    void ofALongHistoryTheLatestAsksAreRemembered() {
        var collector = new Collector(150_000);
        for (int number = 0; number < 150_000; number++) {
            collector.sent(event(Role.ASK, number));
            collector.sent(event(Role.SETTLING, number));
        }
        assertThat(collector.settled())
                .hasSize(100_000)
                .first()
                .extracting(Event::number)
                .isEqualTo(50_000);
    }

    private static Event event(Role role, int number) {
        return new Event(role, 0, number, "topic", "key", Map.of(), true);
    }
}
