package io.millrace.features.kernel.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.definitions.InvalidDefinitionException;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Aggregate;
import io.millrace.features.kernel.FeatureView.Computation;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.FeatureView.Parameters;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.FeatureView.TimeUnitOfField;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.ViewId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeatureViewReaderTest {
    private static final String VIEW = """
            kind: FeatureView
            name: origin_delays
            version: v1
            description: How late arrivals from an origin were
            owner: ops@example.org
            entity:
              name: origin_airport
              join_keys:
                - {name: origin, type: string, field: orig}
            source:
              topic: flights.arrivals.v1
              format: json
              timestamp: {field: arrival_time, unit: rfc3339}
            ttl: 7d
            retention: 2d
            features:
              - {name: last_delay, type: double, field: delay}
              - {name: arrivals_3h, type: int64, aggregate: count, window: 3h}
              - {name: delay_mean_3h, type: double, aggregate: mean, field: delay, window: 3h, hop: 10m}
              - {name: late_rate_1d, type: double, aggregate: rate, where: "delay > 15.0", window: 24h}
            fields:
              delay: double
              unused: string
            """;

    private final FeatureViewReader reader = new FeatureViewReader();

    private FeatureView only(String yaml) {
        return reader.read(List.of(new DefinitionFile("v.yaml", yaml))).getFirst();
    }

    private List<String> faults(String yaml) {
        var faults = new Faults();
        assertThat(reader.read(List.of(new DefinitionFile("v.yaml", yaml)), faults))
                .isEmpty();
        return faults.all().stream().map(Fault::toString).toList();
    }

    @Test
    void aViewIsReadWithAllThatItSays() {
        FeatureView view = only(VIEW);

        assertThat(view.id()).isEqualTo(new ViewId("origin_delays", "v1"));
        assertThat(view.entity()).isEqualTo("origin_airport");
        assertThat(view.joinKeys()).containsExactly(new JoinKey("origin", ValueType.STRING, "orig"));
        assertThat(view.source())
                .isEqualTo(new Source.Topic("flights.arrivals.v1", "arrival_time", TimeUnitOfField.RFC3339));
        assertThat(view.ttl()).contains(Duration.ofDays(7));
        assertThat(view.retention()).isEqualTo(Duration.ofDays(2));
        assertThat(view.fields()).containsExactly(new EventField("delay", ValueType.DOUBLE));
        assertThat(view.features()).hasSize(4);
        assertThat(view.features().get(0).computation()).isEqualTo(new Computation.Latest("delay"));
        assertThat(view.features().get(2).computation())
                .isEqualTo(new Computation.Aggregated(
                        Aggregate.MEAN,
                        Optional.of("delay"),
                        Optional.empty(),
                        Duration.ofHours(3),
                        Duration.ofMinutes(10)));
        assertThat(view.features().get(3).computation())
                .isEqualTo(new Computation.Aggregated(
                        Aggregate.RATE,
                        Optional.empty(),
                        Optional.of("delay > 15.0"),
                        Duration.ofDays(1),
                        Duration.ofHours(1)));
        assertThat(view.yaml()).isEqualTo(VIEW);
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        FeatureView view = only("""
                kind: FeatureView
                name: profile
                version: v12
                entity: {name: user, join_keys: [{name: user_id, type: int64}]}
                source: {push: true}
                features:
                  - {name: age, type: int64}
                  - {name: spent_90d, type: double, aggregate: sum, field: amount, window: 90d}
                  - {name: spent_1m, type: double, aggregate: mean, field: amount, window: 1m, where: "user_id != 3"}
                """);

        assertThat(view.retention()).isEqualTo(Duration.ofDays(1));
        assertThat(view.ttl()).isEmpty();
        assertThat(view.source()).isEqualTo(new Source.Push());
        assertThat(view.joinKeys()).containsExactly(new JoinKey("user_id", ValueType.INT64, "user_id"));
        assertThat(view.fields())
                .containsExactly(
                        new EventField("user_id", ValueType.INT64),
                        new EventField("age", ValueType.INT64),
                        new EventField("amount", ValueType.DOUBLE));
        assertThat(view.features().get(0).computation()).isEqualTo(new Computation.Latest("age"));
        assertThat(((Computation.Aggregated) view.features().get(1).computation()).hop())
                .isEqualTo(Duration.ofDays(1));
        assertThat(((Computation.Aggregated) view.features().get(2).computation()).hop())
                .isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void everyFaultOfAViewIsReportedWithItsLine() {
        List<String> faults = faults("""
                kind: FeatureView
                name: Origin
                version: v0
                entity:
                  name: airport
                  join_keys:
                    - {name: origin, type: double}
                    - {name: origin, type: text}
                source:
                  topic: "no topic"
                  timestamp: {field: t, unit: hours}
                ttl: 0s
                retention: 401d
                features:
                  - {name: a, type: double, field: dellay}
                  - {name: a, type: int64, aggregate: coun, window: 3h}
                  - {name: b, type: double, aggregate: count, window: 30s}
                  - {name: c, type: double, aggregate: mean, field: delay, window: 3h, hop: 7m}
                  - {name: d, type: double, aggregate: rate, where: "dely > 15.0", window: 91d}
                  - {name: e, type: string, aggregate: max, field: code, window: 1h, hop: 6m}
                  - {name: f, type: double, field: delay, widnow: 3h}
                  - {name: origin, type: string, field: code}
                fields:
                  delay: double
                  code: string
                """);

        assertThat(faults)
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:2: 'name' must be"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:3: 'version' must be"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:7: a join key cannot be a double"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:8: 'type' must be one of"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:8: join key 'origin' stands twice"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:10: 'topic' must be"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:11: 'unit' must be one of"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:12: 'ttl' must be positive"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:13: 'retention' must be positive"))
                .anySatisfy(f -> assertThat(f)
                        .startsWith("v.yaml:15: 'fields' does not give")
                        .contains("did you mean 'delay'?"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:16: feature 'a' stands twice"))
                .anySatisfy(f -> assertThat(f)
                        .startsWith("v.yaml:16: 'aggregate' must be one of")
                        .contains("did you mean 'count'?"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:17: 'window' must be from 1 minute to 90 days"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:17: 'type' is double, but a count is int64"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:18: 'hop' must divide the window"))
                .anySatisfy(f -> assertThat(f)
                        .startsWith("v.yaml:19: 'where' at column 1: ")
                        .contains("did you mean 'delay'?"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:19: 'window' must be from 1 minute to 90 days"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:20: max folds"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:20: 'hop' must be at most a twelfth"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:21: unknown key 'widnow'; did you mean 'window'?"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:22: feature 'origin' has the name of a join key"));
    }

    @Test
    void aConditionThatIsNoConditionIsAFault() {
        String base = VIEW.replace("delay > 15.0", "%s");

        assertThat(faults(base.formatted("delay + 1.0")))
                .singleElement()
                .asString()
                .startsWith("v.yaml:20: 'where' at column");
        assertThat(faults(base.formatted("delay >")))
                .singleElement()
                .asString()
                .startsWith("v.yaml:20: 'where' at column");
        assertThat(faults(base.formatted("delay == 'late'")))
                .singleElement()
                .asString()
                .startsWith("v.yaml:20: 'where' at column");
        assertThat(faults(base.formatted("[1].exists(i, i > 0)"))).isNotEmpty();
        assertThat(only(base.formatted("delay > 15 && orig != 'ORD'")).fields())
                .containsExactly(new EventField("delay", ValueType.DOUBLE), new EventField("orig", ValueType.STRING));
    }

    @Test
    void aFileMayHoldSeveralViewsAndOtherKindsAndEachViewKeepsItsOwnText() {
        String other = "kind: Pipeline\nname: x\n";
        String second = VIEW.replace("version: v1", "version: v2");

        List<FeatureView> views = reader.read(List.of(
                new DefinitionFile("all.yaml", "# first\n" + VIEW + "---\n" + other + "---\n# second\n" + second)));

        assertThat(views).extracting(view -> view.id().version()).containsExactly("v1", "v2");
        assertThat(views.get(0).yaml()).isEqualTo("# first\n" + VIEW);
        assertThat(views.get(1).yaml()).isEqualTo("# second\n" + second);
    }

    @Test
    void theSameVersionTwiceAndAnUnknownKindAreFaults() {
        assertThatThrownBy(() -> reader.read(
                        List.of(new DefinitionFile("a.yaml", VIEW), new DefinitionFile("b.yaml", "# again\n" + VIEW))))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessage("b.yaml:3: FeatureView origin_delays@v1 stands at a.yaml:1 already");
        assertThat(faults("kind: FeatureVeiw\n")).singleElement().asString().contains("did you mean 'FeatureView'?");
        assertThat(faults("name: x\n")).singleElement().asString().startsWith("v.yaml:1: 'kind' is missing");
    }

    @Test
    void pushAndTopicExcludeEachOther() {
        assertThat(faults(VIEW.replace("  format: json", "  push: true")))
                .anySatisfy(f -> assertThat(f).contains("exactly one of"));
        assertThat(faults(VIEW.replace("  topic: flights.arrivals.v1\n", "")))
                .anySatisfy(f -> assertThat(f).contains("exactly one of 'topic', 'push: true' and 'batch'"));
        assertThat(faults(VIEW.replace("  timestamp: {field: arrival_time, unit: rfc3339}\n", "")))
                .singleElement()
                .asString()
                .contains("'timestamp' is missing");
    }

    @Test
    void everyAggregateIsReadWithItsParameters() {
        FeatureView view = only("""
                kind: FeatureView
                name: shop
                version: v1
                entity: {name: user, join_keys: [{name: user_id, type: int64}]}
                source: {push: true}
                fields: {amount: double, shop: string, at: timestamp}
                features:
                  - {name: spread, type: double, aggregate: variance, field: amount, window: 1h, of: population}
                  - {name: p95, type: double, aggregate: quantile, q: 0.95, field: amount, window: 1h}
                  - {name: ps, type: list<double>, aggregate: quantile, q: [0, 0.5, 1], field: amount, window: 1h}
                  - {name: shops, type: list<string>, aggregate: top_k, k: 3, field: shop, window: 90d}
                  - {name: by_shop, type: map<int64>, aggregate: histogram, categories: 50, field: shop, window: 90d}
                  - {name: times, type: list<timestamp>, aggregate: last_k, k: 100, field: at, window: unbounded}
                """);

        assertThat(view.features())
                .extracting(feature -> ((Computation.Aggregated) feature.computation()).parameters())
                .containsExactly(
                        new Parameters(List.of(), 0, 0, true),
                        new Parameters(List.of(0.95), 0, 0, false),
                        new Parameters(List.of(0.0, 0.5, 1.0), 0, 0, false),
                        new Parameters(List.of(), 3, 1_000, false),
                        new Parameters(List.of(), 0, 50, false),
                        new Parameters(List.of(), 100, 0, false));
        assertThat(((Computation.Aggregated) view.features().get(5).computation()).isUnbounded())
                .isTrue();
    }

    @Test
    void whatAnAggregateCannotTakeIsAFault() {
        List<String> faults = faults("""
                kind: FeatureView
                name: shop
                version: v1
                entity: {name: user, join_keys: [{name: user_id, type: int64}]}
                source: {push: true}
                fields: {amount: double, shop: string}
                features:
                  - {name: a, type: double, aggregate: quantile, field: amount, window: 1h}
                  - {name: b, type: double, aggregate: quantile, q: 1.5, field: amount, window: 1h}
                  - {name: c, type: double, aggregate: quantile, q: [0.5], field: amount, window: 1h}
                  - {name: d, type: list<string>, aggregate: top_k, k: 101, field: shop, window: 1h}
                  - {name: e, type: list<double>, aggregate: top_k, k: 1, field: amount, window: 1h}
                  - {name: f, type: map<int64>, aggregate: histogram, categories: 10001, field: shop, window: 1h}
                  - {name: g, type: double, aggregate: mean, k: 3, field: amount, window: 1h}
                  - {name: h, type: double, aggregate: variance, of: everything, field: amount, window: 1h}
                  - {name: i, type: int64, aggregate: count, window: unbounded, hop: 1h}
                  - {name: j, type: double, aggregate: last_k, k: 2, field: amount, window: 1h}
                  - {name: l, type: double, field: amount, q: 0.5}
                """);

        assertThat(faults)
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:8: 'q' must be from 0 to 1"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:9: 'q' must be from 0 to 1"))
                .anySatisfy(f -> assertThat(f).isEqualTo("v.yaml:10: 'type' is double, but a quantile is list<double>"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:11: 'k' must be from 1 to 100"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:12: top_k folds [bool, int64, string]"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:13: 'categories' must be from 1 to 10000"))
                .anySatisfy(f -> assertThat(f).isEqualTo("v.yaml:14: 'k' has no meaning for 'aggregate: mean'"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:15: 'of' must be one of"))
                .anySatisfy(f -> assertThat(f).startsWith("v.yaml:16: 'hop' has no meaning for an unbounded window"))
                .anySatisfy(f -> assertThat(f)
                        .isEqualTo("v.yaml:17: 'type' is double, but the last_k of such a field is list<double>"))
                .anySatisfy(f -> assertThat(f).isEqualTo("v.yaml:18: 'q' has no meaning without 'aggregate'"))
                .hasSize(11);
    }
}
