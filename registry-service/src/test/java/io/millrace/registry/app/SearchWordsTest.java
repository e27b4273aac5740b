package io.millrace.registry.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SearchWordsTest {
    private final SearchWords words = new SearchWords();

    SearchWordsTest() {
        words.add(SearchWords.Field.NAME, "flight-departures");
        words.add(SearchWords.Field.COLUMN, "meanDelay3h");
        words.add(SearchWords.Field.COLUMN, "origin_airport");
        words.add(SearchWords.Field.DESCRIPTION, "Every Departure, Größe included");
    }

    private int score(String query) {
        return words.score(SearchWords.query(query));
    }

    @Test
    void allWordsMustBeFoundWhateverTheirCaseAndOrder() {
        assertThat(score("ORIGIN flight")).isPositive();
        assertThat(score("flight origin arrival")).isZero();
        assertThat(score("größe")).isPositive();
    }

    @Test
    void namesAreFoundByTheirPartsAndByTheirBeginnings() {
        assertThat(score("mean")).isPositive();
        assertThat(score("delay3h")).isPositive();
        assertThat(score("meandelay3h")).isPositive();
        assertThat(score("dep")).isPositive();
        assertThat(score("light")).isZero();
    }

    @Test
    void aHitInTheNameIsWorthMoreThanOneInTheDescriptionAndAWholeWordMoreThanItsBeginning() {
        assertThat(score("departures")).isEqualTo(16);
        assertThat(score("flig")).isEqualTo(8);
        assertThat(score("airport")).isEqualTo(6);
        assertThat(score("every")).isEqualTo(2);
    }
}
