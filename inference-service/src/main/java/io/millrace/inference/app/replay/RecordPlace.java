package io.millrace.inference.app.replay;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A record of a topic, written {@code topic-partition-offset}. */
public record RecordPlace(String topic, int partition, long offset) {
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9._-]{1,249})-(\\d{1,9})-(\\d{1,18})");

    /**
     * Reads {@code flights.predictions.v1-2-917}; the topic's name may have dashes itself.
     *
     * @throws Refusal INVALID_REQUEST
     */
    public static RecordPlace parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "'" + (text.length() > 300 ? text.substring(0, 300) : text)
                            + "' is no record: expected topic-partition-offset, such as flights.predictions.v1-2-917");
        }
        return new RecordPlace(matcher.group(1), Integer.parseInt(matcher.group(2)), Long.parseLong(matcher.group(3)));
    }

    @Override
    public String toString() {
        return topic + "-" + partition + "-" + offset;
    }
}
