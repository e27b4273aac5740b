package io.millrace.inference.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.ModelRepository.Candidate;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.sample.OnnxModels;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** A model repository in a folder of the test's own. */
abstract class ModelFolderStage {
    static final byte[] MODEL = OnnxModels.linear(0, 1, 2).toByteArray();

    @TempDir
    Path root;

    ModelFile read() {
        try {
            return folder().read(only());
        } catch (IOException | ModelRefusedException e) {
            throw new AssertionError(e);
        }
    }

    ModelFolder folder() {
        return new ModelFolder(root, 1 << 20);
    }

    Candidate only() throws IOException {
        assertThat(folder().look().versions()).hasSize(1);
        return folder().look().versions().getFirst();
    }

    void refused(ModelFault fault, String... words) {
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> folder().read(only()))
                .satisfies(e -> {
                    assertThat(e.fault()).isEqualTo(fault);
                    assertThat(e.getMessage()).contains(words);
                });
    }
}
