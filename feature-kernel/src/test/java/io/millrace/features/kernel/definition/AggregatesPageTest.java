package io.millrace.features.kernel.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.kernel.FeatureView.Aggregate;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.definition.AggregateRule.FieldUse;
import io.millrace.features.kernel.definition.AggregateRule.Parameter;
import io.millrace.features.kernel.window.Hops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/aggregates.md is made from the code. With {@code -Dmillrace.write-docs=true} it is written, without it compared. */
class AggregatesPageTest {
    private static final List<Duration> WINDOWS = List.of(
            Hops.SHORTEST_WINDOW, Duration.ofHours(1), Duration.ofHours(12), Duration.ofDays(12), Hops.LONGEST_WINDOW);

    private static Path page() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("backing/broker/pom.xml"))) {
                return at.resolve("docs/aggregates.md");
            }
        }
        throw new AssertionError("not inside a clone");
    }

    private static String input(AggregateRule rule) {
        if (rule.field() == FieldUse.NONE) {
            return "none; `where`";
        }
        String types = rule.inputs().stream().map(ValueType::word).collect(Collectors.joining(", "));
        return rule.field() == FieldUse.OPTIONAL ? "none, or " + types : types;
    }

    private static String output(AggregateRule rule) {
        return switch (rule.result()) {
            case INT64 -> "int64";
            case DOUBLE -> "double";
            case SAME -> "the field's";
            case LIST_OF_SAME -> "list of the field's";
            case COUNTS -> "`" + ValueType.INT64_MAP.word() + "`";
            case DOUBLES -> "double; `list<double>` for a list of `q`";
        };
    }

    private static String hop(Duration hop) {
        return hop.compareTo(Duration.ofDays(1)) >= 0
                ? hop.toDays() + " d"
                : hop.compareTo(Duration.ofHours(1)) >= 0
                        ? hop.toHours() + " h"
                        : hop.compareTo(Duration.ofMinutes(1)) >= 0 ? hop.toMinutes() + " min" : hop.toSeconds() + " s";
    }

    private static String rendered() {
        var page = new StringBuilder("""
                # Aggregates

                Generated from the readers of definitions by `AggregatesPageTest`; edit those, not this.

                ```yaml
                features:
                  - {name: late_p95_3h, type: double, aggregate: quantile, q: 0.95, field: delay, window: 3h, where: "delay > 0.0"}
                  - {name: carriers_30d, type: list<string>, aggregate: top_k, k: 3, categories: 200, field: carrier, window: 30d}
                  - {name: flights_ever, type: int64, aggregate: count, window: unbounded}
                ```

                `where` (CEL over the event's fields) narrows every aggregate to the events that meet it. Values that are null are left out. All states are independent of the order in which events
                come and of how they were grouped: the same events give the same bits online, in a training set and in a replay. Features that differ only in their window share the states of one set
                of tiles.

                | aggregate | gives | field | type | parameters | error | of no values | state, bytes |
                |---|---|---|---|---|---|---|---|
                """);
        for (Aggregate aggregate : Aggregate.values()) {
            AggregateRule rule = AggregateRule.of(aggregate);
            page.append("| `%s` | %s | %s | %s | %s | %s | %s | %s |%n"
                    .formatted(
                            aggregate.name().toLowerCase(Locale.ROOT),
                            rule.meaning(),
                            input(rule),
                            output(rule),
                            rule.parameters().stream()
                                    .map(parameter -> "`" + parameter.key() + "`")
                                    .collect(Collectors.joining(", ")),
                            rule.error(),
                            rule.empty(),
                            rule.state()));
        }
        page.append("%n## Parameters%n%n| key | value |%n|---|---|%n".formatted());
        for (Parameter parameter : Parameter.values()) {
            page.append("| `%s` | %s |%n".formatted(parameter.key(), parameter.bounds()));
        }
        page.append("""

                ## Windows

                From 1m to 90d in whole seconds, or `unbounded`: all events that ever were. A read at T covers the events with floor(T − window, hop) < time ≤ T: exact to the microsecond at its
                head, on a hop's boundary at its tail, so that up to one hop more than the window may be in it. `hop` may be given: it divides the window and is at most a twelfth of it. An unbounded
                window has no tail and no hop. Where it is left out, the hop is:

                | window from | hop |
                |---|---|
                """);
        Duration before = Duration.ZERO;
        for (Duration window : WINDOWS) {
            Duration hop = Hops.defaultFor(window);
            if (!hop.equals(before)) {
                page.append("| %s | %s |%n".formatted(hop(window), hop(hop)));
            }
            before = hop;
        }
        page.append("""

                A value that is null because there was more than its state holds (an int64 sum beyond 64 bits, more categories than were declared) is never a wrong number, and each such value is
                counted in `millrace.features.read.overflowed`.
                """);
        return page.toString();
    }

    @Test
    void thePageSaysWhatTheReadersTake() throws IOException {
        if (Boolean.getBoolean("millrace.write-docs")) {
            Files.writeString(page(), rendered());
        }
        assertThat(page())
                .as(
                        "docs/aggregates.md has fallen behind: mvn -pl feature-kernel test -Dtest=AggregatesPageTest -Dmillrace.write-docs=true")
                .exists()
                .content()
                .isEqualTo(rendered());
    }
}
