package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.inference.domain.Extras;
import io.millrace.inference.domain.InputFormat;
import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PipelineReaderTest {
    private static final String FLIGHTS = """
            kind: Pipeline
            name: flight-delay
            input:
              topic: flights.departures.v1
              format: json
              timestamp: {field: departure_time, unit: rfc3339}
              start: latest
              contract: {domain: flights, name: departures}
            key: flight_id
            entity: {origin: from, destination: to}
            request: {distance: double, night: bool}
            features: ["origin_delays:delay_mean_3h", "origin_delays@v2:last_delay"]
            missing: refuse
            include-event: true
            record-vector: true
            complete: {wait: 2s, otherwise: retry}
            model: {name: flight-delay, version: "1"}
            output: {topic: flights.predictions.v1}
            contributions: 5
            """;

    @Test
    void aWholeDefinitionIsReadAsItIsWritten() {
        var faults = new Faults();
        List<Pipeline> pipelines = PipelineReader.read(List.of(new DefinitionFile("f.yaml", FLIGHTS)), faults);

        assertThat(faults.all()).isEmpty();
        assertThat(pipelines)
                .containsExactly(new Pipeline(
                        "flight-delay",
                        new Pipeline.Input(
                                "flights.departures.v1",
                                InputFormat.JSON,
                                "departure_time",
                                Pipeline.TimestampUnit.RFC3339,
                                Pipeline.Start.LATEST,
                                Optional.of(new Pipeline.ContractReference("flights", "departures"))),
                        "flight_id",
                        Map.of("origin", "from", "destination", "to"),
                        Map.of("distance", Pipeline.FieldType.DOUBLE, "night", Pipeline.FieldType.BOOL),
                        List.of("origin_delays:delay_mean_3h", "origin_delays@v2:last_delay"),
                        Optional.empty(),
                        Pipeline.Missing.REFUSE,
                        true,
                        new Extras(true, Optional.empty(), Wanted.largest(5)),
                        new Pipeline.Completeness(Duration.ofSeconds(2), Pipeline.Otherwise.RETRY),
                        new Pipeline.ModelReference("flight-delay", Optional.of("1")),
                        List.of(Output.to("flights.predictions.v1")),
                        Optional.empty(),
                        FLIGHTS));
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        Pipeline pipeline = read("""
                kind: Pipeline
                name: p
                input: {topic: in, timestamp: {field: at}}
                key: id
                model: {name: m}
                output: {topic: out}
                """);

        assertThat(pipeline.input().start()).isEqualTo(Pipeline.Start.EARLIEST);
        assertThat(pipeline.missing()).isEqualTo(Pipeline.Missing.IMPUTE);
        assertThat(pipeline.includeEvent()).isFalse();
        assertThat(pipeline.complete()).isEqualTo(new Pipeline.Completeness(Duration.ZERO, Pipeline.Otherwise.PROCEED));
        assertThat(pipeline.model().version()).isEmpty();
    }

    @Test
    void everyFaultIsFoundWithItsLine() {
        var faults = new Faults();
        PipelineReader.read(List.of(new DefinitionFile("bad.yaml", """
                kind: Pipeline
                name: Not_Good
                input:
                  topic: "a b"
                  format: xml
                  timestamp: {field: at, unit: hours}
                  begin: earliest
                key: id
                features: ["nonsense"]
                complete: {wait: 10m}
                model: {nam: m}
                output: {topic: out}
                contributions: some
                """)), faults);

        assertThat(faults.all().stream().map(Fault::toString))
                .anyMatch(fault -> fault.startsWith("bad.yaml:2: 'name'"))
                .anyMatch(fault -> fault.startsWith("bad.yaml:4: 'topic'"))
                .anyMatch(fault -> fault.startsWith("bad.yaml:13: 'contributions' must be all"))
                .anyMatch(fault -> fault.startsWith("bad.yaml:5: 'format'"))
                .anyMatch(fault -> fault.startsWith("bad.yaml:6: 'unit'"))
                .anyMatch(fault -> fault.startsWith("bad.yaml:7: unknown key 'begin'"))
                .anyMatch(fault -> fault.startsWith("bad.yaml:9: 'nonsense'"))
                .anyMatch(fault -> fault.startsWith("bad.yaml:10: 'wait'"))
                .anyMatch(fault -> fault.startsWith("bad.yaml:11: unknown key 'nam'"));
    }

    @Test
    void aPipelineNamesAFeatureServiceInsteadOfFeatures() {
        String byService = FLIGHTS.replaceFirst("features: .*\n", "service: delays@v2\n");
        assertThat(read(byService).service()).contains("delays@v2");
        assertThat(read(byService).features()).isEmpty();

        var faults = new Faults();
        PipelineReader.read(
                List.of(
                        new DefinitionFile("both.yaml", FLIGHTS + "service: delays\n"),
                        new DefinitionFile(
                                "name.yaml", byService.replace("@v2", "@two").replace("flight-delay", "b")),
                        new DefinitionFile(
                                "keys.yaml",
                                byService.replaceFirst("entity: .*\n", "").replace("flight-delay", "c"))),
                faults);
        assertThat(faults.all().stream().map(Fault::toString))
                .anyMatch(fault -> fault.startsWith("both.yaml:20: ") && fault.contains("either 'features'"))
                .anyMatch(fault -> fault.startsWith("name.yaml:12: 'service'"))
                .anyMatch(fault -> fault.startsWith("keys.yaml:11: ") && fault.contains("names no join key"))
                .hasSize(3);
    }

    @Test
    void anEmptyDocumentNamesEverythingThatIsMissing() {
        var faults = new Faults();
        PipelineReader.read(List.of(new DefinitionFile("e.yaml", "kind: Pipeline\n")), faults);

        assertThat(faults.all().stream().map(Fault::message))
                .anyMatch(fault -> fault.contains("'name'"))
                .anyMatch(fault -> fault.contains("'input'"))
                .anyMatch(fault -> fault.contains("'key'"))
                .anyMatch(fault -> fault.contains("'model'"))
                .anyMatch(fault -> fault.contains("'output'"));
    }

    @Test
    void eachPipelineOfAFileKeepsItsOwnText() {
        String second = FLIGHTS.replace("name: flight-delay\n", "name: second\n");
        var faults = new Faults();
        List<Pipeline> pipelines = PipelineReader.read(
                List.of(new DefinitionFile("two.yaml", "# first\n" + FLIGHTS + "---\n" + second)), faults);

        assertThat(faults.all()).isEmpty();
        assertThat(pipelines).hasSize(2);
        assertThat(pipelines.get(0).yaml()).isEqualTo("# first\n" + FLIGHTS);
        assertThat(pipelines.get(1).yaml()).isEqualTo(second);
        assertThat(read(pipelines.get(1).yaml())).isEqualTo(pipelines.get(1));
    }

    @Test
    void aNameThatStandsTwiceIsRefused() {
        var faults = new Faults();
        PipelineReader.read(
                List.of(new DefinitionFile("a.yaml", FLIGHTS), new DefinitionFile("b.yaml", FLIGHTS)), faults);

        assertThat(faults.all())
                .singleElement()
                .asString()
                .startsWith("b.yaml:2:")
                .contains("defined twice");
    }

    private static Pipeline read(String yaml) {
        var faults = new Faults();
        List<Pipeline> pipelines = PipelineReader.read(List.of(new DefinitionFile("p.yaml", yaml)), faults);
        assertThat(faults.all()).isEmpty();
        return pipelines.getFirst();
    }
}
