package io.millrace.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Engine;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.ModelServing;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.sample.TorchModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PytorchEngineTest {
    private static final Input ROW =
            new Input("x", TensorType.FLOAT32, List.of(new Column.Request("a"), new Column.Request("b")));

    @TempDir
    Path empty;

    @Test
    void withoutItsJarsItIsRefusedWithWhatToInstall() {
        // An engine that one test brings stays for all of the process.
        assumeThat(System.getProperty("millrace.test.engines"))
                .as("millrace.test.engines")
                .isNull();
        refused(
                Optional.empty(),
                ModelFault.ENGINE_MISSING,
                "pytorch-engine:0.35.0",
                "millrace.inference.models.engines");
        refused(Optional.of(empty), ModelFault.ENGINE_MISSING, empty + " does not hold it");
        refused(Optional.of(empty.resolve("nowhere")), ModelFault.ENGINE_MISSING, "NoSuchFileException");
    }

    /** Runs where {@code -Dmillrace.test.engines=FOLDER} names PyTorch's jars: 115 MB that no other test needs. */
    @Test
    void withItsJarsTorchScriptIsServed() throws Exception {
        String jars = System.getProperty("millrace.test.engines");
        assumeThat(jars).as("millrace.test.engines").isNotNull();
        var engines = new Engines(Optional.of(Path.of(jars)));
        try (LoadedModel model = engines.load(file(Optional.of(new Output("y", 1))))) {
            assertThat(model.signature().inputs())
                    .containsExactly(new TensorSpec("x", Datatype.FP32, List.of(-1L, 2L)));
            assertThat(model.signature().outputs())
                    .containsExactly(new TensorSpec("y", Datatype.FP32, List.of(-1L, 2L)));
            ByteBuffer data = ByteBuffer.allocate(4 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (float value : new float[] {1, 2, 3, -4}) {
                data.putFloat(value);
            }
            Tensor output = model.infer(List.of(new Tensor("x", Datatype.FP32, List.of(2L, 2L), data.flip())))
                    .outputs()
                    .getFirst();
            assertThat(output.name()).isEqualTo("y");
            assertThat(output.shape()).containsExactly(2L, 2L);
            assertThat(List.of(output.number(0), output.number(1), output.number(2), output.number(3)))
                    .containsExactly(3.0, 5.0, 7.0, -7.0);
        }
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> engines.load(file(Optional.empty())))
                .withMessageContaining("SIGNATURE_MISMATCH: a TorchScript file does not name its tensors");
    }

    private static void refused(Optional<Path> jars, ModelFault fault, String... words) {
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> new Engines(jars).load(file(Optional.of(new Output("y", 1)))))
                .satisfies(e -> {
                    assertThat(e.fault()).isEqualTo(fault);
                    assertThat(e.getMessage()).contains(words);
                });
    }

    private static ModelFile file(Optional<Output> output) {
        var definition = new ModelDefinition(
                "m",
                "1",
                Engine.PYTORCH,
                "model.pt",
                "digest",
                OptionalLong.empty(),
                output.isPresent() ? List.of(ROW) : List.of(),
                output,
                ModelServing.UNSAID);
        return new ModelFile(definition, ByteBuffer.wrap(TorchModels.twiceAndOne()));
    }
}
