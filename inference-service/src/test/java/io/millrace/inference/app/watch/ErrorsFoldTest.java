package io.millrace.inference.app.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.app.EventLog;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.models.kernel.random.Seeded;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErrorsFoldTest {
    private final List<String> ids = new ArrayList<>();
    private final List<ServiceEvent> events = new ArrayList<>();
    private final EventLog log = new EventLog() {
        @Override
        public void record(ServiceEvent event) {
            throw new IllegalStateException("an event that may come twice needs an id");
        }

        @Override
        public void record(String id, ServiceEvent event) {
            ids.add(id);
            events.add(event);
        }
    };

    private ErrorsFold fold() {
        return new ErrorsFold("p", "arrivals", "f", log, WatchTelemetry.NONE);
    }

    private static Outcome outcome(long number, double error, String shadow) {
        return new Outcome.Labelled(
                new Outcome.Prediction(
                        "in-0-" + number,
                        "k",
                        Map.of(),
                        new ModelIdentity("m", "1", "d"),
                        Optional.empty(),
                        shadow,
                        10,
                        number * 1_000_000,
                        Map.of()),
                10 + error,
                number * 1_000_000,
                "");
    }

    /** Errors whose mean is 1, and from 2,000 to 3,000 twice that. */
    private static double error(Seeded random, long number) {
        return (number >= 2_000 && number < 3_000 ? 4 : 2) * random.uniform();
    }

    private static void feed(ErrorsFold fold, Seeded random, long from, long to) {
        for (long number = from; number < to; number++) {
            fold.fold(outcome(number, error(random, number), ""), number);
            if (fold.isDue()) {
                fold.kept(number + 1);
            }
        }
    }

    @Test
    void anErrorThatRisesIsToldOnceWithItsBeginningAndOnceMoreWhenItFalls() {
        feed(fold(), new Seeded(4), 0, 4_500);
        assertThat(events)
                .extracting(ServiceEvent::type)
                .containsExactly("io.millrace.drift.found", "io.millrace.drift.ended");
        assertThat(events.getFirst().subject()).isEqualTo("p/m/1");
        assertThat(events.getFirst().data()).containsEntry("labels", "arrivals");
        String since = (String) events.getFirst().data().get("since");
        assertThat(since)
                .as("2,000 s, some marks of 16 around")
                .isBetween("1970-01-01T00:30:00Z", "1970-01-01T00:40:00Z");
    }

    @Test
    void errorsThatStayAsTheyAreAreNoDrift() {
        ErrorsFold fold = fold();
        var random = new Seeded(5);
        for (long number = 0; number < 20_000; number++) {
            fold.fold(outcome(number, 2 * random.uniform(), ""), number);
            fold.fold(outcome(number, 100, "a shadow"), number);
        }
        assertThat(fold.isDue()).isFalse();
    }

    @Test
    void aFoldThatWasStoppedAnywhereTellsTheSame() throws IOException {
        feed(fold(), new Seeded(4), 0, 4_500);
        List<String> whole = List.copyOf(ids);
        List<ServiceEvent> told = List.copyOf(events);
        ids.clear();
        events.clear();
        var random = new Seeded(4);
        ErrorsFold fold = fold();
        for (long from = 0; from < 4_500; from += 701) {
            feed(fold, random, from, Math.min(4_500, from + 701));
            var bytes = new ByteArrayOutputStream();
            fold.write(new DataOutputStream(bytes));
            fold = fold();
            fold.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        }
        assertThat(ids).isEqualTo(whole);
        assertThat(events).isEqualTo(told);
    }
}
