package io.millrace.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OrtEnvironment;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.engine.form.OnnxReading;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** ONNX Runtime behind DJL. A session runs on the caller's thread alone, so that a score does not depend on how a sum was split. */
public final class OnnxEngine implements ModelEngine {
    static final String NAME = "OnnxRuntime";

    private static final Map<String, String> OPTIONS = Map.of("interOpNumThreads", "1", "intraOpNumThreads", "1");

    public OnnxEngine() {
        // DJL would otherwise look for engines to download, and both would report that they are used.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    @Override
    public LoadedModel load(ModelFile file) throws ModelRefusedException {
        ModelDefinition definition = file.definition();
        ModelProto proto = OnnxFile.model(file.content());
        SignatureCheck.check(definition, proto.getGraph());
        Signature signature = OnnxSignature.of(proto.getGraph());
        // From memory: these are the bytes whose digest was checked.
        byte[] content = IntegerCasts.isNeeded(signature)
                ? IntegerCasts.add(proto, signature).toByteArray()
                : file.content().array();
        Model opened = open(definition.name(), content);
        var model = new DjlModel(signature, opened, new OnnxTensors(signature), version());
        try {
            WarmUp.run(model, definition);
            model.readAs(OnnxReading.read(proto.getGraph(), file, model));
            return model;
        } catch (ModelRefusedException e) {
            model.close();
            throw e;
        }
    }

    /** DJL's own word for the version is that of the runtime that it was built with. Once a model was opened. */
    private static String version() {
        return "onnxruntime " + OrtEnvironment.getEnvironment().getVersion();
    }

    private static Model open(String name, byte[] content) throws ModelRefusedException {
        Model model = Model.newInstance(name, NAME);
        try {
            model.load(new ByteArrayInputStream(content), OPTIONS);
            deleteFolder(model.getModelPath());
            return model;
        } catch (MalformedModelException | IOException | EngineException | IllegalArgumentException e) {
            model.close();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ModelRefusedException(
                    ModelFault.ENGINE_REFUSED, "ONNX Runtime does not take the file: " + cause.getMessage(), e);
        }
    }

    /** DJL makes a temporary folder for each model that comes from memory, and leaves it empty. */
    private static void deleteFolder(Path folder) throws IOException {
        Files.deleteIfExists(folder);
    }
}
