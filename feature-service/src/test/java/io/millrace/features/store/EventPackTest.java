package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.PLAIN;
import static io.millrace.features.store.StoreEvents.VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.window.Levels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventPackTest {
    private static final ViewPlan PLAN = ViewPlan.of(VIEW);
    private static final Levels LEVELS = PLAN.levels();

    private static List<Observation> observed(long seed, int count) {
        return StoreEvents.dense(new Random(seed), count).stream()
                .map(PLAN::observe)
                .toList();
    }

    private static byte[] written(List<Observation> pack) {
        var out = new ByteWriter();
        EventPack.write(pack, out);
        return out.toBytes();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void eachEventIsInOnePackAsItWasWithTheNewestFirst(long seed) {
        List<Observation> events = observed(seed, 300);
        var found = new ArrayList<Observation>();
        for (List<Observation> pack : EventPack.of(events, LEVELS)) {
            Observation newest = pack.getFirst();
            byte[] bytes = written(pack);
            var of = new ArrayList<Observation>();
            assertThat(EventPack.addTo(of, newest.order(), new ByteReader(bytes), Long.MAX_VALUE))
                    .isEqualTo(newest);
            var in = new ByteReader(bytes);
            assertThat(EventPack.begin(in)).isEqualTo(pack.size());
            assertThat(Observation.readContent(newest.order(), in)).isEqualTo(newest);
            assertThat(of).isEqualTo(pack).hasSizeLessThanOrEqualTo(EventPack.MOST);
            assertThat(of.stream()
                            .map(event -> LEVELS.tileOf(0, event.order().timeMicros()))
                            .distinct())
                    .hasSize(1);
            assertThat(of.stream().map(Observation::order)).isSortedAccordingTo((a, b) -> b.compareTo(a));
            found.addAll(of);
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(events);
    }

    @Test
    void eventsAfterTheInstantAreLeftOut() {
        List<Observation> pack = EventPack.of(observed(7, 60), LEVELS).getFirst();
        long middle = pack.get(pack.size() / 2).order().timeMicros();
        var found = new ArrayList<Observation>();
        Observation newest = EventPack.addTo(found, pack.getFirst().order(), new ByteReader(written(pack)), middle);
        assertThat(found)
                .isEqualTo(pack.stream()
                        .filter(event -> event.order().timeMicros() <= middle)
                        .toList());
        assertThat(newest).isEqualTo(found.getFirst());
        assertThat(EventPack.addTo(found, pack.getFirst().order(), new ByteReader(written(pack)), NOON - 1))
                .isNull();
    }

    @Test
    void eventsOfAViewWithoutWindowsAreAlone() {
        assertThat(EventPack.of(observed(3, 50), ViewPlan.of(PLAIN).levels())).hasSize(50);
    }

    @Test
    void aPackThatIsCutIsRefused() {
        List<Observation> pack = EventPack.of(observed(5, 60), LEVELS).getFirst();
        byte[] bytes = written(pack);
        for (int cut : List.of(1, bytes.length / 2, bytes.length - 1)) {
            assertThatThrownBy(() -> EventPack.addTo(
                            new ArrayList<>(),
                            pack.getFirst().order(),
                            new ByteReader(Arrays.copyOf(bytes, cut)),
                            Long.MAX_VALUE))
                    .isInstanceOf(EncodingException.class);
        }
        assertThatThrownBy(() -> EventPack.addTo(
                        new ArrayList<>(),
                        pack.getFirst().order(),
                        new ByteReader(Arrays.copyOf(bytes, bytes.length + 1)),
                        Long.MAX_VALUE))
                .isInstanceOf(EncodingException.class);
    }
}
