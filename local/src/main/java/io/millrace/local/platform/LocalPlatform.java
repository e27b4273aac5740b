package io.millrace.local.platform;

import io.millrace.backing.ManagedProcess;
import io.millrace.local.platform.RunState.Phase;
import io.millrace.local.platform.RunState.Snapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts and ends the local platform from a command, through a {@link Keeper} in a process of its own. */
public final class LocalPlatform {
    private static final Duration STOP_WITHIN = Duration.ofSeconds(60);

    private final Layout layout;
    private final PrintStream out;
    private final RunState state;
    private final LongSupplier usableSpace;
    private final Object launching = new Object();
    private boolean ending;
    private @Nullable Process launched;

    public LocalPlatform(Layout layout, PrintStream out) {
        this(layout, out, layout::usableSpace);
    }

    /**
     * @param usableSpace what the disk has left, in bytes
     */
    LocalPlatform(Layout layout, PrintStream out, LongSupplier usableSpace) {
        this.layout = layout;
        this.out = out;
        this.state = new RunState(layout);
        this.usableSpace = usableSpace;
    }

    /** What runs now; empty where no keeper is alive. */
    public Optional<Snapshot> running() {
        return keeperAlive() ? state.read() : Optional.empty();
    }

    /** The processes that run now. */
    public List<ProcessFile.Entry> processes() {
        return state.processes().alive();
    }

    /** Ends what a keeper that was killed left behind; nothing while one is alive. */
    public void endLeftovers() {
        if (keeperAlive()) {
            return;
        }
        List<String> ended = state.processes().endAll(Duration.ofSeconds(10));
        if (!ended.isEmpty()) {
            out.println("ended what an earlier run left behind: " + String.join(", ", ended));
        }
        state.clear();
    }

    /**
     * Starts everything and returns once it is ready.
     *
     * @param owned whether the platform ends when this process does (until {@link #release()})
     * @throws CommandFailure where something is missing, taken or does not come up; then nothing is left running
     */
    public void start(PortPlan ports, boolean owned) {
        refuseASecond();
        endLeftovers();
        layout.checkSpace(usableSpace.getAsLong());
        checkBuilt();
        List<String> taken = ports.taken();
        if (!taken.isEmpty()) {
            throw CommandFailure.missing("taken by another program: " + String.join(", ", taken)
                    + "; free it or choose other ports with --port-base N");
        }
        layout.create();
        state.clear();
        Process keeper = launch(ports, owned);
        follow(keeper);
    }

    /**
     * @throws CommandFailure where a platform runs on these folders, be it that it has only just been started
     */
    public void refuseASecond() {
        if (keeperAlive()) {
            throw CommandFailure.missing("a platform of this clone runs already; end it with ./millrace down");
        }
    }

    /** The platform outlives this process from now on. */
    public void release() {
        state.release();
    }

    /** Ends everything, and what this object is about to start is not started any more. Answers whether something ran. */
    public boolean stop() {
        Optional<ProcessFile.Entry> keeper = keeperToEnd();
        if (keeper.isPresent()) {
            state.askToStop();
            long deadline = System.nanoTime() + STOP_WITHIN.toNanos();
            while (keeper.get().handle().isPresent() && System.nanoTime() < deadline) {
                Poll.pause();
            }
            keeper.get().handle().ifPresent(ProcessHandle::destroyForcibly);
        }
        List<String> leftovers = state.processes().endAll(Duration.ofSeconds(10));
        state.clear();
        return keeper.isPresent() || !leftovers.isEmpty();
    }

    /** The keeper that runs, be it that it was launched a moment ago and has not written itself down yet. */
    private Optional<ProcessFile.Entry> keeperToEnd() {
        Optional<Process> young;
        synchronized (launching) {
            ending = true;
            young = Optional.ofNullable(launched).filter(Process::isAlive);
        }
        return keeper().or(() -> young.flatMap(process -> ProcessFile.entry("platform", process.pid())));
    }

    private Optional<ProcessFile.Entry> keeper() {
        return state.processes().alive().stream()
                .filter(entry -> entry.name().equals("platform"))
                .findFirst();
    }

    private boolean keeperAlive() {
        return keeper().isPresent();
    }

    private void checkBuilt() {
        List<Path> missing = Stream.concat(
                        Stream.of(Service.values()).map(service -> service.jar(layout.root())),
                        Stream.of(layout.root().resolve("backing/broker/target/lib")))
                .filter(path -> !Files.exists(path))
                .toList();
        if (!missing.isEmpty()) {
            throw CommandFailure.missing("not built: " + missing);
        }
    }

    private Process launch(PortPlan ports, boolean owned) {
        var command = new ArrayList<String>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid");
        }
        command.addAll(List.of(
                ManagedProcess.java(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + layout.temp(),
                "-Dmillrace.home=" + layout.home(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.millrace.local.Main",
                "keep",
                "--port-base=" + ports.base(),
                "--data=" + layout.name()));
        if (owned) {
            command.add("--owner=" + ProcessHandle.current().pid());
        }
        var builder = new ProcessBuilder(command)
                .directory(layout.root().toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(
                        ProcessBuilder.Redirect.to(layout.log("platform").toFile()));
        try {
            synchronized (launching) {
                if (ending) {
                    throw CommandFailure.failed("stopped before it started");
                }
                launched = builder.start();
                return launched;
            }
        } catch (IOException e) {
            throw CommandFailure.failed("the platform cannot be started: " + e.getMessage());
        }
    }

    /** Shows the keeper's lines as they come, until it is ready or has given up. */
    private void follow(Process keeper) {
        long shown = 0;
        while (true) {
            boolean alive = keeper.isAlive();
            Optional<Snapshot> snapshot = state.read();
            shown = show(shown);
            if (snapshot.filter(now -> now.phase() == Phase.READY).isPresent()) {
                show(shown);
                return;
            }
            if (!alive) {
                String why = snapshot.filter(now -> now.phase() == Phase.FAILED)
                        .map(Snapshot::message)
                        .orElse("the platform's process ended; its log: " + layout.log("platform"));
                state.processes().endAll(Duration.ofSeconds(5));
                state.clear();
                throw CommandFailure.failed(why);
            }
            Poll.pause();
        }
    }

    private long show(long from) {
        try (var log = new RandomAccessFile(layout.log("platform").toFile(), "r")) {
            byte[] fresh = new byte[(int) Math.max(0, log.length() - from)];
            log.seek(from);
            log.readFully(fresh);
            out.write(fresh);
            out.flush();
            return from + fresh.length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
