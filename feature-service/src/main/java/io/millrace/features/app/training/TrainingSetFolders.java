package io.millrace.features.app.training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where training sets and their rows lie.
 *
 * @param imports the only folder from which rows are read by path; empty: none
 * @param inlineBytes the most bytes of rows that are sent along
 * @param keptFor how long a training set that was made is kept
 */
public record TrainingSetFolders(Path directory, Optional<Path> imports, long inlineBytes, Duration keptFor) {
    /** The file of a job's training set. */
    public Path output(String job, TrainingSet.Format format) {
        return directory.resolve("sets").resolve(job + format.ending());
    }

    Path uploads() {
        return directory.resolve("uploads");
    }
}
