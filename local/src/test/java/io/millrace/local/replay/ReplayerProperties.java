package io.millrace.local.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.millrace.local.replay.Event.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplayerProperties {
    @Test
    void whatIsBeforeAnAskIsAcknowledgedBeforeTheAskIsSent() {
        qt().forAll(lists().of(integers().between(0, 39)).ofSizeBetween(0, 60)).checkAssert(drawn -> {
            List<Event> events = events(drawn);
            var sink = new RecordingSink();
            new Replayer(sink, event -> {}).replay(events.iterator(), new NoWaiting());
            assertThat(sink.sent).isEqualTo(events);
            assertThat(sink.open).isEmpty();
            assertThat(sink.tooEarly).isEmpty();
        });
    }

    @Test
    void asksOfOneInstantGoTogether() {
        var sink = new RecordingSink();
        List<Event> events = List.of(event(Role.ASK, 5), event(Role.ASK, 5), event(Role.ASK, 5));
        new Replayer(sink, event -> {}).replay(events.iterator(), new NoWaiting());
        assertThat(sink.flushes).isEqualTo(1);
    }

    @Test
    void historyEndsWithTheLastAskThatIsAskedForAndIsAcknowledged() {
        var sink = new RecordingSink();
        List<Event> events = List.of(event(Role.ASK, 1), event(Role.FACT, 2), event(Role.ASK, 3), event(Role.FACT, 4));
        var iterator = events.iterator();
        assertThat(new Replayer(sink, event -> {}).sendHistory(iterator, 2)).isEqualTo(3);
        assertThat(sink.open).isEmpty();
        assertThat(iterator.next()).isEqualTo(events.getLast());
    }

    @Test
    void theListenersHearOfEachEventInOrder() {
        var heard = new ArrayList<Event>();
        List<Event> events = List.of(event(Role.FACT, 1), event(Role.ASK, 2));
        new Replayer(new RecordingSink(), heard::add).alsoTelling(heard::add).sendHistory(events.iterator(), 1);
        assertThat(heard).containsExactly(events.get(0), events.get(0), events.get(1), events.get(1));
    }

    /** Each number is a time and a role; in a scenario's order. */
    private static List<Event> events(List<Integer> drawn) {
        return drawn.stream()
                .map(number -> event(number % 2 == 0 ? Role.FACT : Role.ASK, number / 4))
                .sorted(Comparator.comparingLong(Event::micros).thenComparing(Event::role))
                .toList();
    }

    private static Event event(Role role, long micros) {
        return new Event(role, micros, 0, role.name(), "0", Map.of(), false);
    }

    /** Acknowledges nothing until it is flushed, and notes asks that come before what they may see is acknowledged. */
    private static final class RecordingSink implements EventSink {
        private final List<Event> sent = new ArrayList<>();
        private final List<Event> open = new ArrayList<>();
        private final List<Event> tooEarly = new ArrayList<>();
        private int flushes;

        @Override
        public void send(Event event) {
            if (event.role() == Role.ASK) {
                open.stream()
                        .filter(other -> other.micros() < event.micros() || other.role() != Role.ASK)
                        .findFirst()
                        .ifPresent(other -> tooEarly.add(event));
            }
            sent.add(event);
            open.add(event);
        }

        @Override
        public void flush() {
            flushes++;
            open.clear();
        }
    }

    private static final class NoWaiting implements Pace {
        @Override
        public void awaitTime(long micros) {}

        @Override
        public void awaitRoom() {}
    }
}
