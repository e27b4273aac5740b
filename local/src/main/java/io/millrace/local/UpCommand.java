package io.millrace.local;

import io.millrace.local.platform.LocalPlatform;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Starts the platform and leaves it running. */
@Command(
        name = "up",
        description = "Start the platform and leave it running; its data stays in .millrace/data.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
    @Mixin
    private PortOption port = new PortOption();

    @Override
    public Integer call() {
        var platform = new LocalPlatform(Main.layout("data"), System.out);
        var started = new AtomicBoolean();
        platform.refuseASecond();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!started.get()) {
                platform.stop();
            }
        }));
        System.out.println("Starting the platform");
        platform.start(port.ports(), true);
        platform.release();
        started.set(true);
        System.out.println("The platform runs: ./millrace status, ./millrace apply DIR, ./millrace down");
        return 0;
    }
}
