package io.millrace.inference.sample;

import io.millrace.inference.domain.Extras;
import io.millrace.inference.domain.InputFormat;
import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.Completeness;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.Pipeline.Input;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.Pipeline.Otherwise;
import io.millrace.inference.domain.Pipeline.Start;
import io.millrace.inference.domain.Pipeline.TimestampUnit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pipelines for model {@code m}, keyed by field {@code user} under join key {@code user_id}. */
public final class Pipelines {
    private Pipelines() {}

    /** Features {@code v:a}, request field {@code x}. */
    public static Pipeline of(Missing missing) {
        return of(missing, Optional.empty(), List.of("v:a"), Map.of("x", FieldType.DOUBLE));
    }

    /** The same with the features of a service. */
    public static Pipeline ofService(String service) {
        Pipeline of = of(Missing.REFUSE);
        return new Pipeline(
                of.name(),
                of.input(),
                of.key(),
                of.entity(),
                of.request(),
                List.of(),
                Optional.of(service),
                of.missing(),
                of.includeEvent(),
                of.extras(),
                of.complete(),
                of.model(),
                of.outputs(),
                of.alert(),
                of.yaml());
    }

    public static Pipeline of(
            Missing missing, Optional<String> version, List<String> features, Map<String, FieldType> request) {
        return new Pipeline(
                "p",
                new Input("in", InputFormat.JSON, "time", TimestampUnit.RFC3339, Start.EARLIEST, Optional.empty()),
                "id",
                Map.of("user_id", "user"),
                request,
                features,
                Optional.empty(),
                missing,
                false,
                Extras.NONE,
                new Completeness(Duration.ZERO, Otherwise.PROCEED),
                new ModelReference("m", version),
                List.of(Output.to("out")),
                Optional.empty(),
                "kind: Pipeline");
    }
}
