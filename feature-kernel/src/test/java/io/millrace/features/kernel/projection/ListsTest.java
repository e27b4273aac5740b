package io.millrace.features.kernel.projection;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.definition.FeatureViewReader;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.ValueEncoding;
import io.millrace.features.kernel.projection.Projection.Undecodable;
import io.millrace.features.kernel.projection.Projection.UndecodableReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListsTest {
    private static final Position POSITION = new Position(new SourcePartition("t", "id", 0), 7);

    private final EventProjector projector = EventProjector.of(new FeatureViewReader()
            .read(List.of(new DefinitionFile("v.yaml", """
                    kind: FeatureView
                    name: items
                    version: v1
                    entity: {name: item, join_keys: [{name: id, type: int64}]}
                    source: {topic: t, timestamp: {field: at, unit: us}}
                    features:
                      - {name: embedding, type: vector, dimension: 3, metric: l2}
                      - {name: tags, type: list<string>}
                      - {name: sizes, type: list<double>}
                    """)))
            .getFirst());

    private Projection project(String fields) {
        return projector.project(("{\"id\":1,\"at\":1," + fields + "}").getBytes(StandardCharsets.UTF_8), -1, POSITION);
    }

    private static List<@Nullable FeatureValue> fields(Projection projection) {
        assertThat(projection).isInstanceOf(Projection.Event.class);
        return ((Projection.Event) projection).event().fields();
    }

    @Test
    void arraysBecomeListsAndVectors() {
        assertThat(fields(project("\"embedding\":[1,0.5,-2.25],\"tags\":[\"a\",\"\"],\"sizes\":[1,\"NaN\"]")))
                .containsExactly(
                        new FeatureValue.Vector(new float[] {1, 0.5f, -2.25f}),
                        new FeatureValue.Many(List.of(new FeatureValue.Text("a"), new FeatureValue.Text(""))),
                        new FeatureValue.Many(List.of(new FeatureValue.Real(1), new FeatureValue.Real(Double.NaN))));
    }

    @Test
    void anEmptyListIsNoNull() {
        assertThat(fields(project("\"tags\":[],\"sizes\":null")))
                .isEqualTo(Arrays.asList(null, new FeatureValue.Many(List.of()), null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"embedding\":[1,2]|WRONG_TYPE",
                "\"embedding\":[1,2,3,4]|WRONG_TYPE",
                "\"embedding\":[1,2,\"NaN\"]|OUT_OF_RANGE",
                "\"embedding\":[1,2,1e39]|OUT_OF_RANGE",
                "\"embedding\":[1,2,null]|WRONG_TYPE",
                "\"embedding\":\"x\"|WRONG_TYPE",
                "\"tags\":[\"a\",1]|WRONG_TYPE",
                "\"tags\":[[\"a\"]]|WRONG_TYPE",
                "\"tags\":{}|WRONG_TYPE",
            })
    void listsOfTheWrongKindAreUndecodable(String fields, UndecodableReason reason) {
        assertThat(project(fields)).as(fields).isInstanceOfSatisfying(Undecodable.class, fault -> assertThat(
                        fault.reason())
                .isEqualTo(reason));
    }

    @Test
    void aListOfTooManyElementsIsRefused() {
        String ones = "1,".repeat(FieldDecoder.MAX_ELEMENTS) + "1";
        assertThat(project("\"sizes\":[" + ones + "]"))
                .isInstanceOfSatisfying(
                        Undecodable.class, fault -> assertThat(fault.reason()).isEqualTo(UndecodableReason.TOO_LARGE));
    }

    @Test
    void pushedListsAreCheckedAlike() {
        var two = new FeatureValue.Many(List.of(new FeatureValue.Int(1), new FeatureValue.Real(2)));
        assertThat(fields(projector.project(Map.of("id", new FeatureValue.Int(1), "sizes", two), 1, POSITION)))
                .contains(new FeatureValue.Many(List.of(new FeatureValue.Real(1), new FeatureValue.Real(2))));
        assertThat(projector.project(Map.of("id", new FeatureValue.Int(1), "embedding", two), 1, POSITION))
                .isInstanceOf(Undecodable.class);
    }

    @Test
    void listsMapsAndVectorsAreReadAsTheyWereWritten() {
        var counts = new TreeMap<>(Map.of("b", 2L, "", -1L));
        for (FeatureValue value : List.of(
                new FeatureValue.Counts(counts),
                new FeatureValue.Vector(new float[] {0, -0f, Float.MIN_VALUE}),
                new FeatureValue.Many(List.of(new FeatureValue.Bool(true))))) {
            var out = new ByteWriter();
            ValueEncoding.write(value, out);
            assertThat(ValueEncoding.read(new ByteReader(out.toBytes()))).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{name: e, type: vector}",
                "{name: e, type: vector, dimension: 0}",
                "{name: e, type: vector, dimension: 4097}",
                "{name: e, type: vector, dimension: 3, metric: manhattan}",
                "{name: e, type: double, dimension: 3}",
                "{name: e, type: map<int64>}",
                "{name: e, type: list<float>}",
                "{name: e, type: int64, aggregate: count, window: 1h, field: e}\nfields: {e: vectors}",
            })
    void featuresThatMakeNoSenseAreFaults(String feature) {
        var faults = new io.millrace.definitions.Faults();
        assertThat(new FeatureViewReader().read(List.of(new DefinitionFile("v.yaml", """
                        kind: FeatureView
                        name: items
                        version: v1
                        entity: {name: item, join_keys: [{name: id, type: int64}]}
                        source: {push: true}
                        features:
                          - %s
                        """.formatted(feature))), faults))
                .isEmpty();
        assertThat(faults.all()).isNotEmpty();
    }
}
