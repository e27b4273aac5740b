package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MainTest {
    @Test
    void helpIsNoError() {
        assertThat(Main.run("--help")).isZero();
        assertThat(Main.run("demo", "--help")).isZero();
    }

    @Test
    void anUnknownCommandOrOptionIsAWrongCommandLine() {
        assertThat(Main.run("fly")).isEqualTo(2);
        assertThat(Main.run("demo", "--sped", "3")).isEqualTo(2);
        assertThat(Main.run("demo", "trains")).isEqualTo(2);
    }

    @Test
    void optionsOutsideOfTheirBoundsAreRefusedBeforeAnythingStarts() {
        assertThat(Main.run("demo", "--speed", "0")).isEqualTo(2);
        assertThat(Main.run("demo", "--events", "10")).isEqualTo(2);
        assertThat(Main.run("demo", "shop", "--data", "x.json")).isEqualTo(2);
        assertThat(Main.run("demo", "--data", "no-such-file.json")).isEqualTo(2);
        assertThat(Main.run("up", "--port-base", "80")).isEqualTo(2);
        assertThat(Main.run("apply", "no-such-folder")).isEqualTo(2);
    }
}
