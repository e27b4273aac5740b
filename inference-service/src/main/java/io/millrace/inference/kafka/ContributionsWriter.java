package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.inference.domain.explain.Contributions;
import io.millrace.inference.domain.explain.Contributions.Contribution;
import io.millrace.inference.domain.explain.Contributions.Method;
import java.io.IOException;
import java.util.Locale;

/** Writes the contributions of a prediction event, in the form in which REST gives them. */
final class ContributionsWriter {
    private ContributionsWriter() {}

    static void write(JsonGenerator out, Contributions contributions) throws IOException {
        out.writeObjectFieldStart("contributions");
        if (contributions.method() == Method.NONE) {
            out.writeStringField("missing", contributions.missing());
            out.writeEndObject();
            return;
        }
        boolean exact = contributions.method().isExact();
        out.writeStringField("method", name(contributions.method()));
        out.writeBooleanField("exact", exact);
        out.writeStringField("scale", name(contributions.scale()));
        out.writeStringField("link", name(contributions.link()));
        out.writeNumberField("base", contributions.base());
        out.writeObjectFieldStart("values");
        for (Contribution each : contributions.values()) {
            out.writeNumberField(each.column(), each.value());
        }
        out.writeEndObject();
        out.writeNumberField("others", contributions.others());
        if (!exact) {
            out.writeObjectFieldStart("errors");
            for (Contribution each : contributions.values()) {
                out.writeNumberField(each.column(), each.standardError());
            }
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static String name(Enum<?> of) {
        return of.name().toLowerCase(Locale.ROOT);
    }
}
