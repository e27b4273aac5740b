package io.millrace.local;

import io.millrace.local.platform.LocalPlatform;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Ends the platform. */
@Command(
        name = "down",
        description = "End the platform, and whatever an earlier one left behind; its data stays.",
        mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        boolean ran = new LocalPlatform(Main.layout("data"), System.out).stop();
        System.out.println(ran ? "The platform has stopped" : "Nothing was running");
        return 0;
    }
}
