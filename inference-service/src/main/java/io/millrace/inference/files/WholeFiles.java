package io.millrace.inference.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** Files that are there whole, on disk, or not at all. */
final class WholeFiles {
    private WholeFiles() {}

    /** Where a file is written before it is whole. */
    static Path aside(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    /** Puts what was written aside into its place. */
    static void place(Path file) throws IOException {
        Path aside = aside(file);
        force(aside, StandardOpenOption.WRITE);
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(Objects.requireNonNull(file.toAbsolutePath().getParent()), StandardOpenOption.READ);
    }

    private static void force(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }
}
