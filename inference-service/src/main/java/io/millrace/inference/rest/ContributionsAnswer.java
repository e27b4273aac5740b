package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.inference.domain.explain.Contributions;
import io.millrace.inference.domain.explain.Contributions.Contribution;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What each column contributed to a prediction: base, values and others make {@code sum}.
 *
 * @param method linear, trees (both exact) or sampled
 * @param scale prediction, or margin: the unit before the link
 * @param link identity, logistic (the sum is in log odds), exponential (a logarithm) or softmax (a class's own)
 * @param values by column, the largest first
 * @param others what columns that were not asked for contributed together
 * @param errors standard errors of the values by column; absent where they are exact
 */
@RegisterForReflection
public record ContributionsAnswer(
        String method,
        boolean exact,
        String scale,
        String link,
        double base,
        Map<String, Double> values,
        double others,
        double sum,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> errors) {
    static ContributionsAnswer of(Contributions contributions) {
        var values = new LinkedHashMap<String, Double>();
        var errors = new LinkedHashMap<String, Double>();
        for (Contribution each : contributions.values()) {
            values.put(each.column(), each.value());
            if (!contributions.method().isExact()) {
                errors.put(each.column(), each.standardError());
            }
        }
        return new ContributionsAnswer(
                contributions.method().name().toLowerCase(Locale.ROOT),
                contributions.method().isExact(),
                contributions.scale().name().toLowerCase(Locale.ROOT),
                contributions.link().name().toLowerCase(Locale.ROOT),
                contributions.base(),
                values,
                contributions.others(),
                contributions.sum(),
                errors);
    }
}
