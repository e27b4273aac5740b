package io.millrace.local.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.replay.Event;
import io.millrace.local.replay.Event.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShopScenarioTest {
    private final List<Event> events = events(new ShopScenario(2_000, 42));

    @Test
    void oneSeedGivesOneShop() {
        assertThat(events(new ShopScenario(2_000, 42))).isEqualTo(events);
        assertThat(events(new ShopScenario(2_000, 43))).isNotEqualTo(events);
    }

    @Test
    void eventsAreInTheOrderOfTimesAndAsksComeAfterTheFactsOfTheirInstant() {
        assertThat(events).extracting(Event::micros).isSorted();
        for (int i = 1; i < events.size(); i++) {
            if (events.get(i).micros() == events.get(i - 1).micros()
                    && events.get(i - 1).role() == Role.ASK) {
                assertThat(events.get(i).role()).isEqualTo(Role.ASK);
            }
        }
    }

    @Test
    void everyVisitIsAskedAboutOnceAndSettledLater() {
        assertThat(events.stream().filter(event -> event.role() == Role.ASK)).hasSize(2_000);
        for (int visit : new int[] {0, 777, 1_999}) {
            assertThat(events.stream().filter(event -> event.number() == visit).map(Event::role))
                    .containsExactly(Role.ASK, Role.SETTLING);
        }
    }

    @Test
    void someVisitsEndInAPurchaseAndSomeDoNot() {
        long bought = events.stream()
                .filter(event -> event.role() == Role.ASK && event.outcome())
                .count();
        assertThat(bought).isBetween(400L, 1_000L);
    }

    @Test
    void profilesSayWhoAUserIsAndActivityWhatHeDid() {
        assertThat(events)
                .filteredOn(event -> event.topic().equals(ShopScenario.PROFILES))
                .allSatisfy(event ->
                        assertThat(event.fields()).containsOnlyKeys("user_id", "age", "location", "updated_at"));
        assertThat(events)
                .filteredOn(event -> event.topic().equals(ShopScenario.ACTIVITY))
                .extracting(event -> event.fields().get("kind"))
                .contains("view", "click", "purchase", "leave");
    }

    private static List<Event> events(ShopScenario scenario) {
        var events = new ArrayList<Event>();
        scenario.events().forEachRemaining(events::add);
        return events;
    }
}
