package io.millrace.features.rest;

import io.millrace.features.app.parity.ParityCheck;
import io.millrace.features.app.parity.ParityReport;
import io.millrace.features.kernel.FeatureValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** What the standing parity check found. */
@Path("/v1/parity")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ParityResource {
    private final ParityCheck check;

    public ParityResource(ParityCheck check) {
        this.check = check;
    }

    /** How often a feature was compared, and how often it differed. */
    @RegisterForReflection
    public record Feature(String feature, long compared, long mismatched, double ratio) {}

    /** Values as text, to the last digit. */
    @RegisterForReflection
    public record Difference(
            String feature,
            @Nullable String online,
            @Nullable String offline) {}

    /** A row that differed. */
    @RegisterForReflection
    public record Mismatch(
            String view,
            List<String> key,
            long as_of_micros,
            Map<String, Long> positions,
            List<Difference> differences,
            String why,
            String explanation) {}

    /** All of it. */
    @RegisterForReflection
    public record Parity(long waiting, long dropped, List<Feature> features, List<Mismatch> worst) {}

    @GET
    @Operation(summary = "Features by mismatch ratio, and the newest rows that differed with what explains it")
    public Parity get() {
        ParityReport report = check.report();
        return new Parity(
                report.waiting(),
                report.dropped(),
                report.features().stream()
                        .map(each -> new Feature(each.feature(), each.compared(), each.mismatched(), each.ratio()))
                        .toList(),
                report.worst().stream().map(ParityResource::mismatch).toList());
    }

    private static Mismatch mismatch(ParityReport.Mismatch mismatch) {
        return new Mismatch(
                mismatch.view(),
                mismatch.key().stream()
                        .map(value -> String.valueOf(text(value)))
                        .toList(),
                mismatch.asOfMicros(),
                mismatch.positions(),
                mismatch.differences().stream()
                        .map(each -> new Difference(each.feature(), text(each.online()), text(each.offline())))
                        .toList(),
                mismatch.why().name().toLowerCase(Locale.ROOT),
                mismatch.explanation());
    }

    private static @Nullable String text(@Nullable FeatureValue value) {
        return switch (value) {
            case null -> null;
            case FeatureValue.Bool(boolean bool) -> String.valueOf(bool);
            case FeatureValue.Int(long whole) -> String.valueOf(whole);
            case FeatureValue.Real(double real) -> String.valueOf(real);
            case FeatureValue.Text(String text) -> text;
            case FeatureValue.Time(long micros) -> micros + " µs";
            case FeatureValue other -> other.toString();
        };
    }
}
