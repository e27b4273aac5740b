package io.millrace.local.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The list of processes that belong to a platform, kept as a file so that whoever comes later can find and end them. A process is known by
 * its id and the instant it started, so that a number which the system gave to another program since is never taken for ours.
 */
public final class ProcessFile {
    /** How far two readings of one process' start may differ: the kernel counts it in ticks from a boot time that is adjusted. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

    private final Path file;

    public ProcessFile(Path file) {
        this.file = file;
    }

    /** One process of the platform. */
    public record Entry(String name, long pid, Instant started) {
        /** The process as it runs now, empty where it has ended or its number is another program's. */
        public Optional<ProcessHandle> handle() {
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .filter(this::isOurs)
                    .filter(handle -> !hasEndedUnreaped());
        }

        private boolean isOurs(ProcessHandle handle) {
            return handle.info()
                    .startInstant()
                    .map(instant -> Duration.between(started, instant).abs().compareTo(START_TOLERANCE) <= 0)
                    .orElse(false);
        }

        /** A process that was killed while nobody waits for it stays in Linux' table: it is as good as gone. */
        private boolean hasEndedUnreaped() {
            try {
                String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
                return stat.startsWith(" Z", stat.lastIndexOf(')') + 1);
            } catch (IOException noSuchTable) {
                return false;
            }
        }

        String line() {
            return name + " " + pid + " " + started.toEpochMilli();
        }
    }

    /** The entry of a process that runs; empty where it has ended already. */
    public static Optional<Entry> entry(String name, long pid) {
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().startInstant())
                .map(started -> new Entry(name, pid, started));
    }

    /** All entries, whether they still run or not; lines that are not of our form are passed over. */
    public List<Entry> read() {
        if (!Files.exists(file)) {
            return List.of();
        }
        var entries = new ArrayList<Entry>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ");
                if (words.length == 3 && words[1].matches("\\d{1,18}") && words[2].matches("\\d{1,18}")) {
                    entries.add(new Entry(
                            words[0], Long.parseLong(words[1]), Instant.ofEpochMilli(Long.parseLong(words[2]))));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    /** Adds a process, or names one anew that is in the list. */
    public synchronized void add(Entry entry) {
        var entries = new ArrayList<>(read());
        entries.removeIf(known -> known.pid() == entry.pid());
        entries.add(entry);
        write(entries);
    }

    public void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Entries whose process runs. */
    public List<Entry> alive() {
        return read().stream().filter(entry -> entry.handle().isPresent()).toList();
    }

    /**
     * Ends every process of the list that still runs, but for this one: SIGTERM to all, then SIGKILL to whatever is left when {@code patience} runs out.
     *
     * @return the names of those that ran
     */
    public List<String> endAll(Duration patience) {
        List<Entry> running = others();
        running.forEach(entry -> entry.handle().ifPresent(ProcessHandle::destroy));
        awaitEnd(patience);
        running.forEach(entry -> entry.handle().ifPresent(ProcessHandle::destroyForcibly));
        awaitEnd(Duration.ofSeconds(10));
        List<String> immortal = others().stream().map(Entry::toString).toList();
        if (!immortal.isEmpty()) {
            throw CommandFailure.failed("cannot be ended: " + String.join(", ", immortal));
        }
        delete();
        return running.stream().map(Entry::name).toList();
    }

    private List<Entry> others() {
        long self = ProcessHandle.current().pid();
        return alive().stream().filter(entry -> entry.pid() != self).toList();
    }

    private void awaitEnd(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline && !others().isEmpty()) {
            Poll.pause();
        }
    }

    private void write(List<Entry> entries) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path draft = file.resolveSibling(file.getFileName() + ".new");
            Files.write(draft, entries.stream().map(Entry::line).toList());
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
