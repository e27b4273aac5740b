package io.millrace.local.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void onATerminalTheLineIsRewrittenAndALongerOneIsCovered() {
        var progress = new Progress(out, true);
        progress.finish("longer");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("\rlonger" + System.lineSeparator());
    }

    @Test
    void elsewhereALineIsALineAndNothingIsSaidTooOften() {
        var progress = new Progress(out, false);
        progress.show(() -> "too early");
        progress.finish("end");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("end" + System.lineSeparator());
    }
}
