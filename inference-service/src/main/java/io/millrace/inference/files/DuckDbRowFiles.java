package io.millrace.inference.files;

import io.millrace.inference.app.batch.InputFile;
import io.millrace.inference.app.batch.RowFiles;
import io.millrace.inference.config.BatchConfig;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;

/** Files of rows, read and written by DuckDB. */
@Singleton
public final class DuckDbRowFiles implements RowFiles {
    private final long memoryBytes;
    private final long spillBytes;

    @Inject
    public DuckDbRowFiles(BatchConfig config) {
        this(config.memoryLimit().asLongValue(), config.spillLimit().asLongValue());
    }

    /**
     * @param memoryBytes what the work on one file may take beside the heap
     * @param spillBytes disk for what does not fit
     */
    public DuckDbRowFiles(long memoryBytes, long spillBytes) {
        this.memoryBytes = memoryBytes;
        this.spillBytes = spillBytes;
    }

    @Override
    public Session open(InputFile input, Path work, Path output) {
        Path folder = work.toAbsolutePath().normalize();
        return new FileSession(
                new DuckDb(memoryBytes, spillBytes, folder.resolve("spill")),
                input,
                folder,
                output.toAbsolutePath().normalize());
    }
}
