package io.millrace.local.demo;

import io.millrace.local.platform.CommandFailure;
import java.util.OptionalDouble;

/**
 * How a demo is run.
 *
 * @param speed event seconds per second; empty: as fast as the platform keeps up
 * @param keep leave the platform running at the end
 * @param terminal whether lines can be rewritten in place
 */
public record DemoOptions(OptionalDouble speed, boolean keep, boolean terminal) {
    public DemoOptions {
        if (speed.isPresent() && !(speed.getAsDouble() > 0)) {
            throw CommandFailure.usage("--speed must be above 0, was " + speed.getAsDouble());
        }
    }
}
