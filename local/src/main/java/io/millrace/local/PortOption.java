package io.millrace.local;

import io.millrace.local.platform.PortPlan;
import picocli.CommandLine.Option;

/** The option that moves all ports. */
final class PortOption {
    @Option(
            names = "--port-base",
            paramLabel = "N",
            defaultValue = "" + PortPlan.DEFAULT_BASE,
            description = "all ports count from N (default: ${DEFAULT-VALUE})")
    private int base;

    PortPlan ports() {
        return new PortPlan(base);
    }
}
