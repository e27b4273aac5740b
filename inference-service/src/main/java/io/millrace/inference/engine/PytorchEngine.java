package io.millrace.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.EngineProvider;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch behind DJL, where its jars are on the class path or in the folder that the settings name; it is not built in. A file says nothing of its tensors: {@code model.yaml} names the
 * inputs, in the order in which {@code forward} takes them, and the output.
 */
final class PytorchEngine implements ModelEngine {
    static final String NAME = "PyTorch";

    /** What belongs together and runs with the DJL that is built in; docs/adr/0128. */
    static final String JARS = "ai.djl.pytorch:pytorch-engine:0.35.0, ai.djl.pytorch:pytorch-jni:2.7.1-0.35.0 and"
            + " ai.djl.pytorch:pytorch-native-cpu:2.7.1 (classifier linux-x86_64)";

    private final Optional<Path> jars;
    private boolean installed;

    PytorchEngine(Optional<Path> jars) {
        this.jars = jars;
    }

    @Override
    public LoadedModel load(ModelFile file) throws ModelRefusedException {
        install();
        ModelDefinition definition = file.definition();
        if (definition.output().isEmpty()) {
            throw new ModelRefusedException(
                    ModelFault.SIGNATURE_MISMATCH,
                    "a TorchScript file does not name its tensors: model.yaml must list 'inputs', in the order in which"
                            + " forward takes them, and 'output'");
        }
        Model torch = open(definition.name(), file.content());
        boolean fits = false;
        try {
            Signature signature = signature(torch, definition);
            var model = new DjlModel(
                    signature,
                    torch,
                    new PytorchTensors(signature),
                    "pytorch " + Engine.getEngine(NAME).getVersion());
            WarmUp.run(model, definition);
            fits = true;
            return model;
        } catch (Refusal e) {
            throw new ModelRefusedException(ModelFault.WARM_UP_FAILED, "the first run failed: " + e.getMessage(), e);
        } finally {
            if (!fits) {
                torch.close();
            }
        }
    }

    private static Model open(String name, ByteBuffer content) throws ModelRefusedException {
        Model model = Model.newInstance(name, NAME);
        try {
            model.load(new ByteArrayInputStream(content.array()), Map.of());
            return model;
        } catch (MalformedModelException | IOException | EngineException | IllegalArgumentException e) {
            model.close();
            throw new ModelRefusedException(
                    ModelFault.ENGINE_REFUSED, "PyTorch does not take the file: " + e.getMessage(), e);
        }
    }

    /** What the definition says of the inputs, and what a run of one row shows of the outputs: the first under the declared name. */
    private static Signature signature(Model torch, ModelDefinition definition) {
        List<TensorSpec> inputs = definition.inputs().stream()
                .map(input -> new TensorSpec(input.name(), input.type().datatype(), List.of(TensorSpec.VARIABLE, (long)
                        input.columns().size())))
                .toList();
        List<Tensor> zeros = inputs.stream()
                .map(spec -> new Tensor(
                        spec.name(),
                        spec.datatype(),
                        List.of(1L, spec.shape().getLast()),
                        ByteBuffer.allocateDirect(Math.toIntExact(
                                spec.shape().getLast() * spec.datatype().bytes()))))
                .toList();
        var known = new Signature(inputs, List.of());
        List<Tensor> found;
        // Closing the model that asks would close what it asks, so the predictor alone is let go of.
        try (var predictor = torch.newPredictor(new PytorchTensors(known))) {
            found = DjlModel.predict(predictor, zeros).outputs();
        }
        String name = definition.output().orElseThrow().tensor();
        var outputs = new ArrayList<TensorSpec>();
        for (Tensor output : found) {
            var shape = new ArrayList<>(output.shape());
            if (!shape.isEmpty()) {
                shape.set(0, TensorSpec.VARIABLE);
            }
            String numbered = outputs.isEmpty() ? name : name + "__" + outputs.size();
            outputs.add(new TensorSpec(numbered, output.datatype(), shape));
        }
        return new Signature(inputs, outputs);
    }

    private synchronized void install() throws ModelRefusedException {
        if (installed) {
            return;
        }
        // One thread, as for ONNX Runtime: a score must not depend on how a sum was split.
        System.getProperties().putIfAbsent("ai.djl.pytorch.num_threads", "1");
        System.getProperties().putIfAbsent("ai.djl.pytorch.num_interop_threads", "1");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            if (!Engine.hasEngine(NAME)) {
                ClassLoader folder = classes();
                if (folder == null) {
                    throw missing("", null);
                }
                // The engine looks for its native library through the thread's class loader.
                thread.setContextClassLoader(folder);
                for (EngineProvider provider : ServiceLoader.load(EngineProvider.class, folder)) {
                    if (provider.getEngineName().equals(NAME)) {
                        Engine.registerEngine(provider);
                    }
                }
            }
            if (!Engine.hasEngine(NAME)) {
                throw missing(" (" + jars.map(Path::toString).orElse("") + " does not hold it)", null);
            }
            Engine.getEngine(NAME);
            installed = true;
        } catch (EngineException | IllegalStateException | LinkageError | IOException | ServiceConfigurationError e) {
            throw missing(" (" + e + ")", e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private @Nullable ClassLoader classes() throws IOException {
        if (jars.isEmpty()) {
            return null;
        }
        var urls = new ArrayList<URL>();
        try (var files = Files.newDirectoryStream(jars.get(), "*.jar")) {
            for (Path file : files) {
                urls.add(file.toUri().toURL());
            }
        }
        return new URLClassLoader("engines", urls.toArray(URL[]::new), PytorchEngine.class.getClassLoader());
    }

    private static ModelRefusedException missing(String why, @Nullable Throwable cause) {
        return new ModelRefusedException(
                ModelFault.ENGINE_MISSING,
                "PyTorch is not installed" + why + ": put the jars of " + JARS
                        + " into a folder and name it in millrace.inference.models.engines, or export the model to ONNX"
                        + " (torch.onnx.export)",
                cause);
    }
}
