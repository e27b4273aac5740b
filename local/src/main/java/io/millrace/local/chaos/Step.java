package io.millrace.local.chaos;

import io.millrace.local.platform.CommandFailure;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One fault of a schedule.
 *
 * @param at seconds since the campaign's faults began
 * @param replica of inference-service, where the fault is one replica's; else 0
 * @param lasts seconds
 */
record Step(double at, Fault fault, int replica, double lasts) {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?) ([a-z-]+?)(?:-(\\d))? (\\d+(?:\\.\\d+)?)");

    /** {@code 12.5 kill-inference-1 3.0}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.1f %s%s %.1f", at, fault.word(), fault.isOfOneReplica() ? "-" + replica : "", lasts);
    }

    /** @throws CommandFailure where the text is not of {@link #toString()}'s form */
    static Step parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (matcher.matches()) {
            for (Fault fault : Fault.values()) {
                if (fault.word().equals(matcher.group(2)) && fault.isOfOneReplica() == (matcher.group(3) != null)) {
                    int replica = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
                    if (replica < Schedule.REPLICAS) {
                        return new Step(
                                Double.parseDouble(matcher.group(1)),
                                fault,
                                replica,
                                Double.parseDouble(matcher.group(4)));
                    }
                }
            }
        }
        throw CommandFailure.usage(
                "no step is '" + text + "'; one is '12.5 kill-inference-1 3.0': seconds, fault, how long");
    }
}
