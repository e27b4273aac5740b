package io.millrace.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.backing.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValuesReferenceTest {
    @Test
    void theDocumentedValuesAreThoseOfTheChart() throws IOException {
        String page = ValuesReference.page(Files.readAllLines(Chart.path().resolve("values.yaml")));
        GeneratedPages.check(Checkout.root().resolve("docs/chart-values.md"), page);
    }

    @Test
    void aKeyTakesTheCommentAboveItAndEverythingBelowIt() {
        var entries = ValuesReference.entries(List.of(
                "# A file.",
                "",
                "a:",
                "  # What b is,",
                "  # said in two lines.",
                "  b: 1",
                "  # Amounts.",
                "  c:",
                "    d: {e: 2}"));
        assertThat(entries)
                .containsExactly(
                        new ValuesReference.Entry("a.b", "What b is, said in two lines.", "1"),
                        new ValuesReference.Entry("a.c", "Amounts.", "d: {e: 2}"));
    }

    @Test
    void aValueThatNoCommentExplainsIsRefused() {
        assertThatThrownBy(() -> ValuesReference.entries(List.of("a:", "  b: 1")))
                .hasMessageContaining("no comment says what this is:   b: 1");
    }
}
