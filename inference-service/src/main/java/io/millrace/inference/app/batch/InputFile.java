package io.millrace.inference.app.batch;

import java.nio.file.Path;

/** A file with rows to score. */
public record InputFile(Path path, BatchSpec.FileFormat format) {}
