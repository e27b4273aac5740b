package io.millrace.inference.app;

/** Makes models out of files. */
public interface ModelEngine {
    /**
     * Looks into the file, holds it against its definition, loads it and runs it once for warm-up.
     *
     * @throws ModelRefusedException where any of that fails; nothing stays loaded then
     */
    LoadedModel load(ModelFile file) throws ModelRefusedException;
}
