package io.millrace.inference.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.app.label.FoldStates.Identity;
import io.millrace.inference.app.label.FoldStates.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldFilesTest {
    private static final Identity OURS = new Identity("late", "learner.m", "print", "topic");

    @TempDir
    Path directory;

    @Test
    void whatWasKeptLastIsRead() throws IOException {
        var files = new FoldFiles(directory.resolve("made"));
        assertThat(files.read(OURS)).isEmpty();

        files.write(OURS, new Kept(7, new byte[] {1, 2, 3}));
        files.write(OURS, new Kept(9, new byte[] {4}));

        assertThat(files.read(OURS)).hasValueSatisfying(kept -> {
            assertThat(kept.offset()).isEqualTo(9);
            assertThat(kept.state()).containsExactly(4);
        });
    }

    @Test
    void stateOfAnotherDefinitionOrTopicIsNone() throws IOException {
        var files = new FoldFiles(directory);
        files.write(OURS, new Kept(7, new byte[] {1}));

        assertThat(files.read(new Identity("late", "learner.m", "other", "topic")))
                .isEmpty();
        assertThat(files.read(new Identity("late", "learner.m", "print", "made again")))
                .isEmpty();
    }

    @Test
    void stateWithAnyByteChangedIsNone() throws IOException {
        var files = new FoldFiles(directory);
        files.write(OURS, new Kept(7, new byte[] {1, 2, 3}));
        Path file = directory.resolve("late/learner.m.state");
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Files.write(file, damaged);
            assertThat(files.read(OURS)).as("byte %d", at).isEmpty();
        }
        Files.write(file, java.util.Arrays.copyOf(whole, 3));
        assertThat(files.read(OURS)).isEmpty();
    }

    @Test
    void whatWasWrittenAsideWhenItDiedIsNotRead() throws IOException {
        var files = new FoldFiles(directory);
        files.write(OURS, new Kept(7, new byte[] {1}));
        Files.write(directory.resolve("late/.learner.m.state.new"), new byte[] {9, 9});

        assertThat(files.read(OURS))
                .hasValueSatisfying(kept -> assertThat(kept.offset()).isEqualTo(7));
        files.write(OURS, new Kept(8, new byte[] {2}));
        assertThat(files.read(OURS))
                .hasValueSatisfying(kept -> assertThat(kept.offset()).isEqualTo(8));
    }
}
