package io.millrace.features.kernel.projection;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.definition.FeatureViewReader;
import io.millrace.features.kernel.projection.Projection.SkipReason;
import io.millrace.features.kernel.projection.Projection.Undecodable;
import io.millrace.features.kernel.projection.Projection.UndecodableReason;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventProjectorTest {
    private static final String VIEW = """
            kind: FeatureView
            name: flights
            version: v1
            entity: {name: airport, join_keys: [{name: origin, type: string}, {name: gate, type: int64, field: g}]}
            source: {topic: t, timestamp: {field: at, unit: %s}}
            features:
              - {name: delay, type: double}
              - {name: n, type: int64}
              - {name: late, type: bool}
              - {name: raw, type: bytes}
              - {name: seen, type: timestamp}
              - {name: at_again, type: timestamp, field: at}
            """;
    private static final Position POSITION = new Position(new SourcePartition("t", "id", 0), 7);

    private final EventProjector rfc = projector("rfc3339");

    private static FeatureView view(String yaml) {
        return new FeatureViewReader()
                .read(List.of(new DefinitionFile("v.yaml", yaml)))
                .getFirst();
    }

    private static EventProjector projector(String unit) {
        return EventProjector.of(view(VIEW.formatted(unit)));
    }

    private static Projection project(EventProjector projector, String json) {
        return projector.project(json.getBytes(StandardCharsets.UTF_8), -1, POSITION);
    }

    private static FeatureEvent event(Projection projection) {
        assertThat(projection).isInstanceOf(Projection.Event.class);
        return ((Projection.Event) projection).event();
    }

    private UndecodableReason reason(String json) {
        Projection projection = project(rfc, json);
        assertThat(projection).as(json).isInstanceOf(Undecodable.class);
        return ((Undecodable) projection).reason();
    }

    private static String with(String fields) {
        return "{\"origin\":\"ORD\",\"g\":4,\"at\":\"1970-01-01T00:00:01Z\"" + (fields.isEmpty() ? "" : "," + fields)
                + "}";
    }

    @Test
    void aRecordBecomesAnEventOfTheFieldsThatTheViewUses() {
        FeatureEvent event = event(
                project(
                        rfc,
                        with(
                                "\"other\":{\"delay\":[1,{\"n\":2}]},\"delay\":15,\"n\":9007199254740993,\"late\":true,\"raw\":\"AQI=\",\"seen\":\"2001-03-02T10:15:00.1234567+01:00\"")));

        assertThat(event.key().values()).containsExactly(new FeatureValue.Text("ORD"), new FeatureValue.Int(4));
        assertThat(event.timeMicros()).isEqualTo(1_000_000);
        assertThat(event.position()).isEqualTo(POSITION);
        assertThat(event.fields())
                .containsExactly(
                        new FeatureValue.Real(15),
                        new FeatureValue.Int(9007199254740993L),
                        new FeatureValue.Bool(true),
                        new FeatureValue.Bytes(new byte[] {1, 2}),
                        new FeatureValue.Time(983_524_500_123_456L),
                        new FeatureValue.Time(1_000_000));
    }

    @Test
    void fieldsThatAreNullOrNotThereAreNull() {
        FeatureEvent event = event(project(rfc, with("\"delay\":null")));

        assertThat(event.fields()).startsWith(null, null, null, null, null).hasSize(6);
    }

    @Test
    void notANumberAndInfinityAreWrittenAsText() {
        assertThat(event(project(rfc, with("\"delay\":\"NaN\""))).fields().getFirst())
                .isEqualTo(new FeatureValue.Real(Double.NaN));
        assertThat(event(project(rfc, with("\"delay\":\"-Infinity\""))).fields().getFirst())
                .isEqualTo(new FeatureValue.Real(Double.NEGATIVE_INFINITY));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rfc3339 | '\"2001-03-02T10:15:00Z\"'             | 983528100000000",
                "rfc3339 | '\"2001-03-02t10:15:00.5-00:30\"'      | 983529900500000",
                "rfc3339 | '\"1969-12-31T23:59:59.999999999Z\"'   | -1",
                "rfc3339 | '\"2016-12-31T23:59:60Z\"'             | 1483228800000000",
                "rfc3339 | '\"0001-01-01T00:00:00Z\"'             | -62135596800000000",
                "rfc3339 | '\"9999-12-31T23:59:59.999999Z\"'      | 253402300799999999",
                "s       | 1.5                                    | 1500000",
                "s       | -0.0000001                             | -1",
                "s       | 1e-99999999                            | 0",
                "s       | 983528100.123456                       | 983528100123456",
                "ms      | 1.2345                                 | 1234",
                "ms      | -1.0001                                | -1001",
                "us      | 983528100123457                        | 983528100123457",
                "us      | -62135596800000000                     | -62135596800000000",
            })
    void theTimestampIsExactToTheMicrosecond(String unit, String value, long micros) {
        assertThat(event(project(projector(unit), "{\"origin\":\"ORD\",\"g\":4,\"at\":" + value + "}"))
                        .timeMicros())
                .isEqualTo(micros);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rfc3339 | '\"2001-02-30T10:15:00Z\"'        | OUT_OF_RANGE",
                "rfc3339 | '\"2001-03-02T24:15:00Z\"'        | OUT_OF_RANGE",
                "rfc3339 | '\"2001-03-02T10:15:60Z\"'        | OUT_OF_RANGE",
                "rfc3339 | '\"0000-01-01T00:00:00Z\"'        | OUT_OF_RANGE",
                "rfc3339 | '\"2001-03-02T10:15:00\"'         | WRONG_TYPE",
                "rfc3339 | 983528100                         | WRONG_TYPE",
                "s       | '\"2001-03-02T10:15:00Z\"'        | WRONG_TYPE",
                "s       | 1e99999999                        | OUT_OF_RANGE",
                "us      | 253402300800000000                | OUT_OF_RANGE",
                "us      | 99999999999999999999              | OUT_OF_RANGE",
                "s       | null                              | MISSING_TIMESTAMP",
            })
    void aTimestampThatIsNoneIsUndecodable(String unit, String value, UndecodableReason reason) {
        Projection projection = project(projector(unit), "{\"origin\":\"ORD\",\"g\":4,\"at\":" + value + "}");

        assertThat(projection).isInstanceOfSatisfying(Undecodable.class, undecodable -> {
            assertThat(undecodable.reason()).isEqualTo(reason);
            assertThat(undecodable.detail()).contains("'at'");
        });
    }

    @Test
    void aTombstoneIsSkipped() {
        assertThat(rfc.project((byte[]) null, -1, POSITION)).isEqualTo(new Projection.Skipped(SkipReason.TOMBSTONE));
    }

    @Test
    void whatIsNotOneJsonObjectIsUndecodable() {
        assertThat(reason("")).isEqualTo(UndecodableReason.NOT_JSON);
        assertThat(reason("{\"origin\":\"ORD\"")).isEqualTo(UndecodableReason.NOT_JSON);
        assertThat(reason(with("") + "{}")).isEqualTo(UndecodableReason.NOT_JSON);
        assertThat(reason("[]")).isEqualTo(UndecodableReason.NOT_AN_OBJECT);
        assertThat(reason("null")).isEqualTo(UndecodableReason.NOT_AN_OBJECT);
        assertThat(reason("{\"a\":NaN}")).isEqualTo(UndecodableReason.NOT_JSON);
        assertThat(rfc.project(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, -1, POSITION))
                .isInstanceOf(Undecodable.class);
    }

    @Test
    void joinKeysMustBeThereAndFieldsOfTheirType() {
        assertThat(reason("{\"origin\":null,\"g\":4,\"at\":\"1970-01-01T00:00:01Z\"}"))
                .isEqualTo(UndecodableReason.MISSING_JOIN_KEY);
        assertThat(reason("{\"origin\":\"ORD\",\"at\":\"1970-01-01T00:00:01Z\"}"))
                .isEqualTo(UndecodableReason.MISSING_JOIN_KEY);
        assertThat(reason("{\"origin\":5,\"g\":4,\"at\":\"1970-01-01T00:00:01Z\"}"))
                .isEqualTo(UndecodableReason.WRONG_TYPE);
        assertThat(reason("{\"origin\":\"ORD\",\"g\":4}")).isEqualTo(UndecodableReason.MISSING_TIMESTAMP);
        for (String wrong : List.of(
                "\"delay\":\"5\"",
                "\"delay\":[5]",
                "\"delay\":true",
                "\"n\":1.0",
                "\"n\":\"1\"",
                "\"late\":1",
                "\"late\":\"true\"",
                "\"raw\":\"*\"",
                "\"raw\":1",
                "\"seen\":1",
                "\"seen\":{}")) {
            assertThat(reason(with(wrong))).as(wrong).isEqualTo(UndecodableReason.WRONG_TYPE);
        }
        assertThat(reason(with("\"n\":9223372036854775808"))).isEqualTo(UndecodableReason.OUT_OF_RANGE);
        assertThat(reason(with("\"delay\":1e999"))).isEqualTo(UndecodableReason.OUT_OF_RANGE);
        assertThat(reason(with("\"n\":1,\"n\":1"))).isEqualTo(UndecodableReason.DUPLICATE_FIELD);
        assertThat(reason(with("").replace("ORD", "\\ud800"))).isEqualTo(UndecodableReason.WRONG_TYPE);
        assertThat(reason(with("").replace("ORD", "x".repeat(1_025)))).isEqualTo(UndecodableReason.OUT_OF_RANGE);
    }

    @Test
    void hostileRecordsCostNoMoreThanTheLimits() {
        assertThat(reason(with("\"x\":" + "[".repeat(1_001) + "]".repeat(1_001))))
                .isEqualTo(UndecodableReason.TOO_LARGE);
        assertThat(reason(with("\"n\":1" + "0".repeat(1_000)))).isEqualTo(UndecodableReason.TOO_LARGE);
        assertThat(reason(with("\"origin2\":\"" + "x".repeat(2_000_000) + "\"")))
                .isEqualTo(UndecodableReason.TOO_LARGE);
    }

    @Test
    void aPushedRowBecomesAnEventByTheSameTypes() {
        EventProjector pushed = EventProjector.of(view("""
                kind: FeatureView
                name: profile
                version: v1
                entity: {name: user, join_keys: [{name: user, type: string}]}
                source: {push: true}
                features: [{name: age, type: int64}, {name: score, type: double}]
                """));
        Map<String, FeatureValue> row = new HashMap<>();
        row.put("user", new FeatureValue.Text("u"));
        row.put("score", new FeatureValue.Int(3));
        row.put("age", null);

        FeatureEvent event = event(pushed.project(row, 5, POSITION));

        assertThat(event.key().values()).containsExactly(new FeatureValue.Text("u"));
        assertThat(event.fields()).containsExactly(null, new FeatureValue.Real(3));
        assertThat(pushed.columns()).extracting(column -> column.name()).containsExactly("user", "age", "score");
        row.put("age", new FeatureValue.Real(3));
        assertThat(pushed.project(row, 5, POSITION))
                .isEqualTo(new Undecodable(UndecodableReason.WRONG_TYPE, "'age' must be int64, was real"));
        row.remove("user");
        assertThat(pushed.project(row, 5, POSITION))
                .isInstanceOfSatisfying(Undecodable.class, u -> assertThat(u.reason())
                        .isIn(UndecodableReason.MISSING_JOIN_KEY, UndecodableReason.WRONG_TYPE));
    }

    private static final String NESTED = """
            kind: FeatureView
            name: nested
            version: v1
            entity: {name: user, join_keys: [{name: user_id, type: int64, field: user.id}]}
            source: {topic: t, timestamp: {field: meta.at, unit: ms}}
            fields: {basket.total.cents: int64, user.city: string, basket.tags: list<string>}
            features:
              - {name: cents, type: int64, field: basket.total.cents}
              - {name: tags, type: list<string>, field: basket.tags}
              - {name: bern_1h, type: int64, aggregate: count, where: "user.city == 'Bern'", window: 1h}
            """;

    @Test
    void fieldsInsideOfObjectsAreFoundByTheirPathAlone() {
        EventProjector nested = EventProjector.of(view(NESTED));
        FeatureEvent whole = event(project(
                nested,
                "{\"id\":9,\"user\":{\"city\":\"Bern\",\"id\":7,\"more\":{\"id\":8}},\"user.id\":6,\"meta\":{\"at\":5},"
                        + "\"basket\":{\"total\":{\"cents\":12,\"x\":[{}]},\"tags\":[\"a\"]}}"));

        assertThat(whole.key()).isEqualTo(new EntityKey(List.of(new FeatureValue.Int(7))));
        assertThat(whole.timeMicros()).isEqualTo(5_000);
        assertThat(whole.fields())
                .containsExactlyInAnyOrder(
                        new FeatureValue.Int(12),
                        new FeatureValue.Text("Bern"),
                        new FeatureValue.Many(List.of(new FeatureValue.Text("a"))));
        for (String basket : List.of("null", "5", "{}", "{\"total\":null}", "{\"total\":[]}")) {
            assertThat(event(project(nested, "{\"user\":{\"id\":7},\"meta\":{\"at\":5},\"basket\":" + basket + "}"))
                            .fields())
                    .as(basket)
                    .containsOnlyNulls();
        }
        assertThat(project(nested, "{\"user\":{\"id\":7,\"id\":8},\"meta\":{\"at\":5}}"))
                .isEqualTo(new Projection.Undecodable(
                        UndecodableReason.DUPLICATE_FIELD, "'user.id' stands twice in the record"));
        assertThat(project(nested, "{\"user\":{\"id\":7},\"meta\":{}}"))
                .isEqualTo(new Projection.Undecodable(
                        UndecodableReason.MISSING_TIMESTAMP,
                        "'meta.at' is null or not there; it is the event's timestamp"));
    }

    @Test
    void theRecordsOwnTimestampIsTheEventTimeWhereTheViewSaysSo() {
        EventProjector own = EventProjector.of(view(NESTED.replace("{field: meta.at, unit: ms}", "{record: true}")));
        byte[] record = "{\"user\":{\"id\":7},\"meta\":{\"at\":5}}".getBytes(StandardCharsets.UTF_8);

        assertThat(event(own.project(record, 1_772_442_000_123L, POSITION)).timeMicros())
                .isEqualTo(1_772_442_000_123_000L);
        assertThat(own.project(record, -1, POSITION))
                .isEqualTo(new Projection.Undecodable(
                        UndecodableReason.MISSING_TIMESTAMP, "the record has no timestamp of its own"));
    }
}
