package io.millrace.local;

import io.millrace.local.platform.Keeper;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The platform's own process; started by the other commands. */
@Command(name = "keep", hidden = true, description = "The process that holds the platform.")
final class KeepCommand implements Callable<Integer> {
    @Mixin
    private PortOption port = new PortOption();

    @Option(names = "--data", required = true)
    private String data = "data";

    @Option(names = "--owner")
    private @Nullable Long owner;

    @Override
    public Integer call() {
        OptionalLong boundTo = owner == null ? OptionalLong.empty() : OptionalLong.of(owner);
        return new Keeper(Main.layout(data), port.ports(), boundTo, System.out).run();
    }
}
