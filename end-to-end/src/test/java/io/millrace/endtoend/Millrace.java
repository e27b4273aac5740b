package io.millrace.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.backing.Checkout;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.PortPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./millrace} as a user calls it, in a home and on ports of its own and without building anything, so that neither a developer's
 * running platform nor the build that this test is part of notices it.
 */
final class Millrace {
    private static final long PATIENCE_SECONDS = 180;

    private final Layout layout;
    private final PortPlan ports = RunningPlatform.freePorts();

    private Millrace(Layout layout) {
        this.layout = layout;
    }

    /**
     * @param name of the home, a folder that is emptied first
     * @param data what the command calls its data folder
     */
    static Millrace in(String name, String data) {
        Path home = new Layout(Checkout.root(), name).data();
        new Layout(Checkout.root(), name).wipe();
        return new Millrace(new Layout(Checkout.root(), home, data));
    }

    /** What a command answered; errors stand among the lines where they were said. */
    record Answer(int exitCode, List<String> lines) {
        String text() {
            return String.join("\n", lines);
        }
    }

    Layout layout() {
        return layout;
    }

    PortPlan ports() {
        return ports;
    }

    /** Runs a command to its end. */
    Answer run(String... arguments) throws InterruptedException {
        return end(start(arguments));
    }

    /** Starts a command as from a terminal: SIGINT reaches it even where the build itself was started in the background. */
    Process start(String... arguments) {
        var command = new ArrayList<>(List.of(
                "env",
                "--default-signal=INT",
                Checkout.root().resolve("millrace").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .directory(Checkout.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output().toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("MILLRACE_HOME", layout.home().toString());
        builder.environment().put("MILLRACE_BUILD", "never");
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Answer end(Process process) throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the command does not end; it said:\n" + said());
        }
        return new Answer(process.exitValue(), said().lines().toList());
    }

    /** What the last command has said up to now. */
    String said() {
        try {
            return Files.readString(output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ctrl-C. */
    static void interrupt(Process process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    /** Every process of the machine that was started with this home, whether the platform knows of it or not: its id and command. */
    List<String> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> mentionsHome(process.pid(), "environ") || mentionsHome(process.pid(), "cmdline"))
                .map(process ->
                        process.pid() + " " + process.info().commandLine().orElse(""))
                .toList();
    }

    private boolean mentionsHome(long pid, String what) {
        try {
            return new String(Files.readAllBytes(Path.of("/proc", String.valueOf(pid), what)), UTF_8)
                    .contains(layout.home().toString());
        } catch (IOException endedOrNotOurs) {
            return false;
        }
    }

    private Path output() {
        try {
            Files.createDirectories(layout.home());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return layout.home().resolve("output");
    }
}
