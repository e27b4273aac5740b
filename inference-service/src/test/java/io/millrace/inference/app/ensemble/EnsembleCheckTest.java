package io.millrace.inference.app.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.domain.ensemble.Ensemble;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What stands against an ensemble, found at once, each with its line. */
class EnsembleCheckTest {
    static final String RIGHT = """
        kind: Ensemble
        name: advice
        inputs:
          - {name: amount, datatype: FP64}
          - {name: country, datatype: BYTES}
        outputs:
          - {name: score, datatype: FP32, shape: [-1]}
          - {name: verdict, datatype: BYTES}
        steps:
          - name: judge
            compute:
              - {name: verdict, datatype: BYTES, expression: "score > 10.0 ? 'high in ' + country : 'low'"}
          - name: score
            model: {name: linear, version: "1"}
            inputs: {input: features}
            outputs: {output: score}
          - name: prepare
            compute:
              - {name: features, datatype: FP32, expressions: ["amount / 100.0", "country == 'CH' ? 1.0 : 0.0"]}
        """;

    private static final Signature LINEAR = new Signature(
            List.of(new TensorSpec("input", Datatype.FP32, List.of(-1L, 2L))),
            List.of(new TensorSpec("output", Datatype.FP32, List.of(-1L, 1L))));

    static Ensemble read(String yaml, Faults faults) {
        MapNode root =
                Yaml.documents(new DefinitionFile("e.yaml", yaml), faults).getFirst();
        root.string("kind");
        return EnsembleReader.read(root, yaml);
    }

    /** Faults of reading as {@code line: what}. */
    private static List<String> faults(String yaml) {
        var faults = new Faults();
        read(yaml, faults);
        return faults.all().stream().map(EnsembleCheckTest::words).toList();
    }

    private static String words(Fault fault) {
        return fault.place().line() + ": " + fault.message();
    }

    /** Faults against models, of a document that begins at line 101 of its file. */
    private static List<String> faults(String yaml, Signature signature) {
        var faults = new Faults();
        Ensemble ensemble = read(yaml, faults);
        assertThat(faults.all()).isEmpty();
        Map<String, Signature> signatures =
                ensemble.modelSteps().stream().collect(Collectors.toMap(step -> step.name(), _ -> signature));
        EnsemblePlaces places = EnsemblePlaces.of(ensemble, new Place("all.yaml", 102, 1));
        var found = new ArrayList<String>();
        EnsembleCheck.check(
                ensemble,
                signatures,
                (step, part, what) -> found.add(places.of(step, part).line() + ": " + what));
        return found;
    }

    @Test
    void aRightOneIsReadWhateverTheOrderOfItsSteps() {
        var faults = new Faults();
        Ensemble ensemble = read(RIGHT, faults);
        assertThat(faults.all()).isEmpty();
        assertThat(ensemble.version()).isEqualTo("1");
        assertThat(ensemble.signature().outputs())
                .containsExactly(
                        new TensorSpec("score", Datatype.FP32, List.of(-1L)),
                        new TensorSpec("verdict", Datatype.BYTES, List.of(-1L)));
        assertThat(faults(RIGHT, LINEAR)).isEmpty();
        var found = new ArrayList<String>();
        List<Work> work = EnsembleCheck.check(ensemble, Map.of("score", LINEAR), (_, _, what) -> found.add(what));
        assertThat(work).extracting(Work::step).containsExactly("prepare", "score", "judge");
    }

    @Test
    void everyFaultOfADocumentIsFoundAtOnceWithItsLine() {
        assertThat(faults("""
            kind: Ensemble
            name: a b
            version: one
            inputs:
              - {name: 1st, datatype: FP31}
              - {name: x, shape: [2]}
            outputs: []
            steps:
              - name: Up
                model: {name: m}
                compute: []
              - {name: s, compute: [{name: t, datatype: FP32}]}
              - {name: s, model: {name: m, versoin: "1"}, inputs: {}, outputs: {o: t}}
            extra: 1
            """))
                .anySatisfy(fault -> assertThat(fault).startsWith("2: 'name' must be letters"))
                .anySatisfy(fault -> assertThat(fault).startsWith("3: 'version' must be a whole number"))
                .anySatisfy(fault -> assertThat(fault).startsWith("5: 'name' must be letters, digits and '_'"))
                .anySatisfy(fault -> assertThat(fault)
                        .startsWith("5: 'datatype' must be one of")
                        .contains("fp32"))
                .anySatisfy(fault -> assertThat(fault).startsWith("6: 'datatype' is missing"))
                .anySatisfy(fault -> assertThat(fault).startsWith("6: 'shape' must begin with -1"))
                .anySatisfy(fault ->
                        assertThat(fault).isEqualTo("7: 'outputs' must list at least a tensor that is answered"))
                .anySatisfy(fault -> assertThat(fault).startsWith("9: 'name' must be lower-case letters"))
                .anySatisfy(fault -> assertThat(fault).isEqualTo("9: a step has either 'model' or 'compute'"))
                .anySatisfy(fault -> assertThat(fault).startsWith("12: 't' has either an 'expression'"))
                .anySatisfy(fault -> assertThat(fault).startsWith("13: unknown key 'versoin'; did you mean 'version'?"))
                .anySatisfy(fault -> assertThat(fault).startsWith("13: 'inputs' must map"))
                .anySatisfy(fault -> assertThat(fault).isEqualTo("13: step 's' stands twice"))
                .anySatisfy(fault -> assertThat(fault).startsWith("14: unknown key 'extra'"));
    }

    @Test
    void namesAreHeldAgainstEachOtherWithTheNearest() {
        assertThat(faults(RIGHT.replace("{input: features}", "{input: feature}")))
                .containsExactly("15: step 'score': there is no tensor 'feature'; did you mean 'features'?");
        assertThat(faults(RIGHT.replace("name: verdict, datatype: BYTES}", "name: verdikt, datatype: BYTES}")))
                .containsExactly("6: there is no tensor 'verdikt'; did you mean 'verdict'?");
        assertThat(faults(RIGHT.replace("\"amount / 100.0\"", "\"amuont / 100.0\"")))
                .singleElement()
                .asString()
                .startsWith("19: step 'prepare': 'amuont / 100.0' at column 1: ")
                .contains("did you mean 'amount'?");
        assertThat(faults(RIGHT.replace("outputs: {output: score}", "outputs: {output: amount}")))
                .anySatisfy(fault -> assertThat(fault).isEqualTo("16: step 'score': tensor 'amount' is there twice"));
    }

    @Test
    void expressionsGiveTheTypeThatIsDeclared() {
        assertThat(faults(RIGHT.replace("\"amount / 100.0\"", "\"country\"")))
                .singleElement()
                .asString()
                .startsWith("19: step 'prepare': 'country' at column 1: the expression gives ");
        assertThat(faults(RIGHT.replace("\"amount / 100.0\"", "\"amount / 100\"")))
                .singleElement()
                .asString()
                .startsWith("19: step 'prepare': 'amount / 100' at column 8: ");
    }

    @Test
    void stepsThatWaitForEachOtherAreNamed() {
        assertThat(faults(RIGHT.replace("\"amount / 100.0\"", "\"score > 1.0 ? 1.0 : 0.0\"")))
                .containsExactly("13: step 'score': steps wait for each other: score → prepare → score");
        assertThat(faults(RIGHT.replace("'CH' ? 1.0", "'score' ? 1.0"))).isEmpty();
    }

    @Test
    void typesAndShapesAreHeldAgainstTheModels() {
        String title = "model 'linear'";
        assertThat(faults(RIGHT.replace("name: features, datatype: FP32", "name: features, datatype: FP64"), LINEAR))
                .containsExactly("115: " + title + " input 'input' is FP32, tensor 'features' is FP64");
        assertThat(faults(RIGHT.replace("\"amount / 100.0\", ", ""), LINEAR))
                .containsExactly("115: " + title + " input 'input' has the shape [-1, 2], tensor 'features' [-1, 1]");
        assertThat(faults(
                        RIGHT.replace("score, datatype: FP32, shape: [-1]", "score, datatype: FP32, shape: [-1, 2]"),
                        LINEAR))
                .containsExactly("106: output 'score' is declared with the shape [-1, 2], but has [-1, 1]");
        assertThat(faults(
                        RIGHT.replace("{input: features}", "{inpu: features}")
                                .replace("{output: score}", "{out: score}"),
                        LINEAR))
                .containsExactly(
                        "115: " + title + " takes no 'inpu', but [input]; did you mean 'input'?",
                        "115: nothing goes into 'input' of " + title,
                        "116: " + title + " gives no 'out', but [output]");
        var fixed = new Signature(List.of(new TensorSpec("input", Datatype.FP32, List.of(1L, 2L))), LINEAR.outputs());
        assertThat(faults(RIGHT, fixed))
                .containsExactly("114: " + title + " takes no rows: not every tensor's first size is open");
        var wide =
                new Signature(LINEAR.inputs(), List.of(new TensorSpec("output", Datatype.FP32, List.of(-1L, 2L, 2L))));
        assertThat(faults(RIGHT, wide))
                .contains("112: 'score' has the shape [-1, 2, 2]: an expression takes one or two dimensions");
    }

    @Test
    void aPredictionIsANumberAmongTheOutputsAndEveryInputSaysItsColumns() {
        String prediction = "prediction: {output: %s, column: %d}\n";
        String columns = RIGHT.replace("datatype: FP64}", "datatype: FP64, columns: [{request: amount}]}")
                .replace(
                        "- {name: country, datatype: BYTES}",
                        "- {name: other, datatype: INT64, columns: [{feature: 'v:a', impute: 1.5}]}")
                .replace("country == 'CH' ?", "other == 1 ?")
                .replace(" + country", "");
        assertThat(faults(columns + prediction.formatted("score", 0)))
                .containsExactly("5: 'impute' must be a finite INT64, was 1.5");
        columns = columns.replace("1.5", "1");
        assertThat(faults(columns + prediction.formatted("score", 0))).isEmpty();
        assertThat(faults(columns + prediction.formatted("scores", 0)))
                .containsExactly("20: 'scores' is no output; did you mean 'score'?");
        assertThat(faults(columns + prediction.formatted("score", 1)))
                .containsExactly("20: 'score' has 1 columns, no column 1");
        assertThat(faults(columns + prediction.formatted("verdict", 0)))
                .singleElement()
                .asString()
                .startsWith("20: a prediction is FP32");
        assertThat(faults(RIGHT + prediction.formatted("score", 0)))
                .containsExactly("20: an ensemble with a prediction says of each input what its 'columns' are");
    }
}
