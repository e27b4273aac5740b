package io.millrace.inference.app.batch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What scoring files takes, and where it lies.
 *
 * @param directory of what was written, what was sent along, and of work
 * @param imports the only folder from which files are read by path
 * @param inlineBytes the most that may be sent along
 * @param chunkRows rows whose scores are committed together; what a crash repeats, at most
 * @param scoreRows rows of one scoring call
 * @param deadline of one scoring call
 * @param patience how long a model or feature-service that is busy or away is waited for
 * @param keptFor how long what was written is kept
 */
public record BatchSettings(
        Path directory,
        Optional<Path> imports,
        long inlineBytes,
        int chunkRows,
        int scoreRows,
        Duration deadline,
        Duration patience,
        Duration keptFor) {
    /** The file of a job that is done. */
    public Path output(String job, BatchSpec.FileFormat format) {
        return directory.resolve("scored").resolve(job + format.ending());
    }

    /** The folder in which a job works. */
    public Path work(String job) {
        return directory.resolve("work").resolve(job);
    }

    /** The folder of rows that were sent along. */
    public Path uploads() {
        return directory.resolve("uploads");
    }
}
