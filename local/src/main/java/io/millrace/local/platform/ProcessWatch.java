package io.millrace.local.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Writes every process that the keeper started, directly or not, into the process file as soon as it is seen. Not thread-safe. */
final class ProcessWatch {
    private final ProcessFile file;
    private final Path postgres;
    private final Map<Long, String> known = new HashMap<>();

    /**
     * @param postgres the folder of Postgres, which leaves the process tree and tells its id in a file
     */
    ProcessWatch(ProcessFile file, Path postgres) {
        this.file = file;
        this.postgres = postgres;
    }

    /** Looks once. */
    void look() {
        ProcessHandle.current().children().forEach(child -> {
            String command = child.info().commandLine().orElse("");
            note(child.pid(), nameOf(command));
        });
        postmaster().ifPresent(pid -> note(pid, "postgres"));
    }

    /** A process that is seen between its birth and its command is a helper first, and gets its name at a later look. */
    private void note(long pid, String name) {
        if (!name.equals(known.put(pid, name))) {
            ProcessFile.entry(name, pid).ifPresent(file::add);
        }
    }

    static String nameOf(String commandLine) {
        for (Service service : Service.values()) {
            if (commandLine.contains("/" + service.module() + "/target/")) {
                return service.module();
            }
        }
        return commandLine.contains(" kafka.Kafka ") ? "kafka" : "helper";
    }

    private Optional<Long> postmaster() {
        Path pidFile = postgres.resolve("data").resolve("postmaster.pid");
        try {
            return Files.exists(pidFile)
                    ? Files.readAllLines(pidFile).stream().findFirst().map(Long::valueOf)
                    : Optional.empty();
        } catch (IOException | NumberFormatException beingWritten) {
            return Optional.empty();
        }
    }
}
