package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.InputFormat;
import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Output.Format;
import io.millrace.inference.domain.Output.Route;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.PipelineDifference;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PipelineOutputsTest {
    private static final String HEAD = """
            kind: Pipeline
            name: p
            input: {topic: in, timestamp: {field: at}}
            key: id
            entity: {origin: from}
            request: {amount: int64}
            features: ["delays:mean", "delays@v2:count"]
            model: {name: m}
            """;

    private static final String AVRO = """
            {"type": "record", "name": "Click", "fields": [
              {"name": "id", "type": "string"},
              {"name": "when", "type": {"type": "record", "name": "Times", "fields": [
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}}]}
            """;

    private static final String CLICKS = """
            kind: Pipeline
            name: clicks
            input: {topic: in, format: avro, schema: click.avsc, timestamp: {field: when.at}}
            key: id
            model: {name: m}
            output: {topic: out}
            """;

    @Test
    void outputsHaveRoutesAndFormats() {
        Pipeline pipeline = read(HEAD + """
                outputs:
                  - {topic: urgent, when: "prediction > 0.9 && entity.origin == 'ORD'", format: cloudevents}
                  - {topic: rest, otherwise: true}
                  - {topic: all, format: cloudevents, mode: binary}
                alert: {when: "features.delays.mean > 60.0", severity: critical, description: Look at it}
                """);

        assertThat(pipeline.outputs())
                .containsExactly(
                        new Output(
                                "urgent",
                                new Route.When("prediction > 0.9 && entity.origin == 'ORD'"),
                                Format.CLOUDEVENTS),
                        new Output("rest", new Route.Otherwise(), Format.JSON),
                        new Output("all", new Route.Every(), Format.CLOUDEVENTS_BINARY));
        assertThat(pipeline.alert())
                .contains(new Alert(
                        "features.delays.mean > 60.0",
                        "millrace.inference.events.v1",
                        Alert.Severity.CRITICAL,
                        "Look at it"));
        assertThat(pipeline.outputTopics()).containsExactly("urgent", "rest", "all", Alert.DEFAULT_TOPIC);
        assertThat(PipelineDifference.between(read(HEAD + "output: {topic: urgent}\n"), pipeline))
                .containsExactly("outputs", "alert");
        assertThat(PipelineDifference.between(
                        read(HEAD + "output: {topic: a}\n"), read(HEAD + "output: {topic: a, format: cloudevents}\n")))
                .containsExactly("output.format");
    }

    @Test
    void whatCanNeverBeMetOrGoesNowhereIsRefusedWithItsLine() {
        assertThat(faults("outputs:\n  - {topic: a, when: \"prediction > 0.5\"}\n"))
                .containsExactly(
                        "p.yaml:9: a prediction that meets no 'when' would go nowhere: say 'otherwise: true' in one output, or leave out its 'when'");
        assertThat(faults("outputs:\n  - {topic: a, when: \"1 > 2\"}\n  - {topic: b, otherwise: true}\n"))
                .containsExactly("p.yaml:10: 'when' is never met: nothing would go to this output");
        assertThat(faults("outputs:\n  - {topic: a, when: \"true\"}\n  - {topic: b, otherwise: true}\n"))
                .containsExactly("p.yaml:11: every prediction meets another output's 'when': nothing would come here");
        assertThat(faults("outputs:\n  - {topic: a}\n  - {topic: b, otherwise: true}\n"))
                .containsExactly("p.yaml:11: 'otherwise' needs another output with 'when'");
        assertThat(faults("output: {topic: a}\nalert: {when: \"false\"}\n"))
                .containsExactly("p.yaml:10: 'when' is never met by a prediction");
    }

    @Test
    void everyFaultOfOutputsIsFoundAtOnce() {
        assertThat(faults("""
                outputs:
                  - {topic: in.dlq, when: "prediction"}
                  - {topic: b, when: "features.delays.other > 1.0", otherwise: true}
                  - {topic: b, format: xml}
                  - {topic: c, mode: binary}
                  - {topic: d, whom: all}
                alert: {when: "entity.to == 'LAX'", severity: loud}
                """))
                .anyMatch(fault -> fault.startsWith("p.yaml:10: 'when' at character 1: "))
                .anyMatch(fault -> fault.startsWith("p.yaml:10: 'topic' must be another topic"))
                .anyMatch(fault -> fault.startsWith("p.yaml:11: 'when' names feature 'delays.other'"))
                .anyMatch(fault -> fault.startsWith("p.yaml:11: an output has either"))
                .anyMatch(fault -> fault.startsWith("p.yaml:12: topic 'b' is another"))
                .anyMatch(fault -> fault.startsWith("p.yaml:12: 'format'"))
                .anyMatch(fault -> fault.startsWith("p.yaml:13: 'mode'"))
                .anyMatch(fault -> fault.startsWith("p.yaml:14: unknown key 'whom'"))
                .anyMatch(fault -> fault.startsWith("p.yaml:15: 'when'"))
                .anyMatch(fault -> fault.startsWith("p.yaml:15: 'severity'"));
        assertThat(faults("output: {topic: a}\noutputs: [{topic: b}]\n"))
                .containsExactly("p.yaml:10: a pipeline has either 'output' or 'outputs'");
        assertThat(faults("output: {topic: a, when: \"prediction > 0.5\"}\n"))
                .singleElement()
                .asString()
                .startsWith("p.yaml:9: unknown key 'when'");
    }

    @Test
    void theSchemaFileBesideTheDefinitionIsCheckedAndKeptWithIt() {
        var faults = new Faults();
        List<Pipeline> pipelines = PipelineReader.read(
                List.of(new DefinitionFile("dir/clicks.yaml", CLICKS), new DefinitionFile("dir/click.avsc", AVRO)),
                faults);
        assertThat(faults.all()).isEmpty();
        Pipeline pipeline = pipelines.getFirst();
        assertThat(pipeline.input().format().encoding()).isEqualTo(InputFormat.Encoding.AVRO);
        assertThat(pipeline.input().format().schema())
                .isEqualTo(Optional.of(new InputFormat.Schema("click.avsc", AVRO)));
        // What the log holds can be read without the files.
        assertThat(read(pipeline.yaml())).isEqualTo(pipeline);

        var others = new Faults();
        PipelineReader.read(
                List.of(
                        new DefinitionFile("dir/click.avsc", AVRO),
                        new DefinitionFile("dir/a.yaml", CLICKS.replace("when.at", "when.on")),
                        new DefinitionFile(
                                "dir/b.yaml", CLICKS.replace("clicks", "b").replace("click.avsc", "c.avsc")),
                        new DefinitionFile(
                                "dir/c.yaml", CLICKS.replace("clicks", "c").replace("avro", "protobuf")),
                        new DefinitionFile(
                                "dir/d.yaml",
                                CLICKS.replace("clicks", "d").replace("in, ", "in, contract: {domain: d, name: n}, "))),
                others);
        assertThat(others.all().stream().map(Fault::toString))
                .anyMatch(fault -> fault.startsWith("dir/a.yaml:3: 'click.avsc' has no field 'when.on'"))
                .anyMatch(fault -> fault.startsWith("dir/b.yaml:3: 'c.avsc' does not lie beside this file"))
                .anyMatch(fault -> fault.startsWith("dir/c.yaml:3: 'click.avsc' is no schema of format protobuf"))
                .anyMatch(fault -> fault.startsWith("dir/d.yaml:3: events are checked against contracts"))
                .hasSize(4);
    }

    private static List<String> faults(String outputs) {
        var faults = new Faults();
        PipelineReader.read(List.of(new DefinitionFile("p.yaml", HEAD + outputs)), faults);
        return faults.all().stream().map(Fault::toString).toList();
    }

    private static Pipeline read(String yaml) {
        var faults = new Faults();
        List<Pipeline> pipelines = PipelineReader.read(List.of(new DefinitionFile("p.yaml", yaml)), faults);
        assertThat(faults.all()).isEmpty();
        return pipelines.getFirst();
    }
}
