package io.millrace.features.kernel.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.features.kernel.FeatureName;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Contract;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.FeatureView.Table;
import io.millrace.features.kernel.FeatureView.TimeColumn;
import io.millrace.features.kernel.FeatureView.TimeUnitOfField;
import io.millrace.features.kernel.OnDemandView;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.ViewId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionReaderTest {
    static final String FILE = """
            kind: Entity
            name: origin_airport
            description: where a flight leaves
            owner: ops
            tags: {team: flights}
            join_keys: [{name: origin, type: string}]
            ---
            kind: FeatureView
            name: delays
            version: v1
            tags: {tier: gold}
            entity: origin_airport
            source:
              topic: arrivals
              timestamp: {field: at, unit: ms}
            contract: {domain: flights, name: arrivals}
            allowed-lateness: 10m
            features:
              - {name: last_delay, type: double, field: delay}
              - {name: arrivals, type: int64, aggregate: count, window: 1h}
            ---
            kind: OnDemandFeatureView
            name: context
            version: v1
            inputs: [delays:last_delay, "delays@v1:arrivals"]
            request: {distance: double}
            features:
              - {name: per_mile, type: double, expression: "last_delay / distance"}
              - {name: busy, type: bool, expression: "arrivals > 10"}
            ---
            kind: OnDemandFeatureView
            name: further
            version: v1
            inputs: {p: context:per_mile}
            features:
              - {name: bad, type: bool, expression: "p == null ? true : p > 1.0"}
            ---
            kind: FeatureService
            name: delay_model
            version: v1
            features: [delays, context:per_mile, "delays@v1:arrivals"]
            """;

    private final DefinitionReader reader = new DefinitionReader();

    private static DefinitionFile file(String yaml) {
        return new DefinitionFile("d.yaml", yaml);
    }

    private DefinitionSet read(String yaml) {
        var faults = new Faults();
        DefinitionSet set = reader.read(List.of(file(yaml)), DefinitionSet.EMPTY, faults);
        assertThat(faults.all()).isEmpty();
        return set;
    }

    private static FeatureView delays(DefinitionSet set) {
        return Objects.requireNonNull(set.views().get(new ViewId("delays", "v1")));
    }

    private List<String> faults(String yaml) {
        var faults = new Faults();
        reader.read(List.of(file(yaml)), DefinitionSet.EMPTY, faults);
        return faults.all().stream().map(Fault::toString).toList();
    }

    @Test
    void allKindsAreReadWithAllThatTheySay() {
        DefinitionSet set = read(FILE);

        assertThat(Objects.requireNonNull(set.entities().get("origin_airport")).joinKeys())
                .containsExactly(new EventField("origin", ValueType.STRING));
        FeatureView view = delays(set);
        assertThat(view.entity()).isEqualTo("origin_airport");
        assertThat(view.joinKeys()).containsExactly(new JoinKey("origin", ValueType.STRING, "origin"));
        assertThat(view.tags()).isEqualTo(Map.of("tier", "gold"));
        assertThat(view.contract()).contains(new Contract("flights", "arrivals"));
        assertThat(view.allowedLateness()).contains(Duration.ofMinutes(10));
        OnDemandView context = Objects.requireNonNull(set.onDemand().get(new ViewId("context", "v1")));
        assertThat(context.inputs())
                .containsExactly(
                        new OnDemandView.Input("last_delay", new FeatureName("delays", "last_delay")),
                        new OnDemandView.Input("arrivals", new FeatureName("delays@v1", "arrivals")));
        assertThat(context.request()).containsExactly(new EventField("distance", ValueType.DOUBLE));
        assertThat(set.service("delay_model").orElseThrow().features())
                .containsExactly("delays", "context:per_mile", "delays@v1:arrivals");
        assertThat(set.yaml(DefinitionKey.view(view.id())).orElseThrow()).startsWith("kind: FeatureView\nname: delays");
    }

    @Test
    void aBatchSourceIsFilesOrAQuery() {
        String files = FILE.replace("topic: arrivals", "batch: {path: data/*.parquet}")
                .replace("allowed-lateness: 10m\n", "")
                .replace(
                        "timestamp: {field: at, unit: ms}",
                        "timestamp: {field: at}\n  created: {field: made, unit: s}");
        String query = FILE.replace("topic: arrivals", "batch: {query: \"select * from d\", on: warehouse}")
                .replace("allowed-lateness: 10m\n", "");

        assertThat(delays(read(files)).source())
                .isEqualTo(new Source.Batch(
                        new Table.Files("data/*.parquet"),
                        new TimeColumn("at", TimeUnitOfField.RFC3339),
                        Optional.of(new TimeColumn("made", TimeUnitOfField.S))));
        assertThat(delays(read(query)).source())
                .isEqualTo(new Source.Batch(
                        new Table.Query("select * from d", "warehouse"),
                        new TimeColumn("at", TimeUnitOfField.MS),
                        Optional.empty()));
    }

    /** What is written instead of what, on which line the fault is, and words of it; a semicolon in the text stands for a comma. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            entity: origin_airport       | entity: origin_airprt             | 12 | there is no Entity 'origin_airprt'; did you mean 'origin_airport'?
            tags: {tier: gold}           | tagss: {tier: gold}               | 11 | unknown key 'tagss'; did you mean 'tags'?
            unit: ms}                    | unit: msec}                       | 15 | 'unit' must be one of [rfc3339, s, ms, us], was 'msec'
            allowed-lateness: 10m        | allowed-lateness: soon            | 17 | 'allowed-lateness' must be a duration
            allowed-lateness: 10m        | allowed-lateness: 500d            | 17 | at most 400d
            domain: flights, name        | domain: flights, names            | 16 | unknown key 'names'; did you mean 'name'?
            topic: arrivals              | push: true                        | 15 | 'timestamp' has no meaning where rows are pushed
            topic: arrivals              | batch: {path: x.json}             | 14 | must end in .parquet or .csv
            topic: arrivals              | batch: {query: select 1}          | 14 | 'on' is missing
            type: string}]               | type: double}]                    | 6  | a join key cannot be a double
            inputs: [delays:last_delay   | inputs: [delay:last_delay         | 25 | there is no view 'delay'; did you mean 'delays'?
            inputs: [delays:last_delay   | inputs: [delays:last_dely         | 25 | delays@v1 has no feature 'last_dely'; did you mean 'last_delay'?
            inputs: [delays:last_delay   | inputs: [last_delay               | 25 | is not of the form view:feature
            last_delay / distance        | last_delay / distanse             | 28 | did you mean 'distance'?
            last_delay / distance        | arrivals / distance               | 28 | no matching overload
            name: busy, type: bool       | name: busy, type: int64           | 29 | the expression gives bool, but 'type' is int64
            request: {distance: double}  | request: {distance: dooble}       | 26 | must be one of
            request: {distance: double}  | request: {arrivals: double}       | 26 | the name 'arrivals' stands twice
            inputs: {p: context:per_mile | inputs: {p: further:bad           | 36 | depends on itself
            features: [delays,           | features: [delay,                 | 41 | there is no view 'delay'; did you mean 'delays'?
            context:per_mile, "          | context:permile, "                | 41 | context@v1 has no feature 'permile'; did you mean 'per_mile'?
            kind: FeatureService         | kind: FeatureServise              | 38 | unknown kind 'FeatureServise'; did you mean 'FeatureService'?
            name: further                | name: delays                      | 34 | a FeatureView has the name 'delays' already
            name: further                | name: context                     | 32 | OnDemandFeatureView context@v1 stands at d.yaml:22 already
            """)
    void aFaultHasItsLineWhatIsExpectedAndTheNearestName(String written, String instead, int line, String words) {
        assertThat(FILE).contains(written);
        assertThat(faults(FILE.replaceFirst(java.util.regex.Pattern.quote(written), instead)))
                .anySatisfy(fault ->
                        assertThat(fault).startsWith("d.yaml:" + line + ": ").contains(words));
    }

    @Test
    void allFaultsOfAllFilesAreThereAtOnce() {
        var faults = new Faults();
        reader.read(
                List.of(
                        file(FILE.replace("unit: ms}", "unit: msec}").replace("per_mile, \"", "permil, \"")),
                        new DefinitionFile("e.yaml", "kind: Entity\nname: user\n")),
                DefinitionSet.EMPTY,
                faults);

        assertThat(faults.all().stream().map(Fault::toString))
                .anyMatch(fault -> fault.startsWith("d.yaml:15"))
                .anyMatch(fault -> fault.startsWith("d.yaml:41"))
                .anyMatch(fault -> fault.startsWith("e.yaml:1"));
    }

    @Test
    void joinKeysThatAreWrittenInTheViewMustBeThoseOfTheEntity() {
        String inline = FILE.replace(
                "entity: origin_airport",
                "entity: {name: origin_airport, join_keys: [{name: origin, type: int64, field: o}]}");

        assertThat(faults(inline)).anySatisfy(fault -> assertThat(fault)
                .startsWith("d.yaml:12")
                .contains("Entity 'origin_airport' has the join keys [origin: string], these are [origin: int64]"));
        assertThat(delays(read(inline.replace("type: int64, field", "type: string, field")))
                        .joinKeys())
                .containsExactly(new JoinKey("origin", ValueType.STRING, "o"));
    }

    @Test
    void aDefinitionMayNameWhatIsAppliedAlready() {
        DefinitionSet known = read(FILE);
        var faults = new Faults();

        DefinitionSet more = reader.read(List.of(file("""
                        kind: FeatureService
                        name: other
                        features: [delays:arrivals, further]
                        """)), known, faults);

        assertThat(faults.all()).isEmpty();
        assertThat(more.keys()).hasSize(1);
        assertThat(known.and(more).service("other").orElseThrow().id()).isEqualTo(new ViewId("other", ""));
    }

    @Test
    void aKeyIsReadAsItIsWritten() {
        for (DefinitionKey key : read(FILE).keys()) {
            assertThat(DefinitionKey.parse(key.toString())).contains(key);
        }
        assertThat(DefinitionKey.parse("Pipeline/x")).isEmpty();
    }
}
