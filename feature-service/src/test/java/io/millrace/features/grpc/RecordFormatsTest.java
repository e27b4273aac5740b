package io.millrace.features.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.millrace.features.RealBroker;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.ListValue;
import io.millrace.proto.features.v1.Value;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Fields inside of fields, and lists of values, on their way from a real broker's records in each format to an online read. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class RecordFormatsTest extends ServiceUnderTest {
    private static final String VIEW = """
            kind: FeatureView
            name: %s
            version: v1
            entity: {name: user, join_keys: [{name: user_id, type: int64, field: user.id}]}
            source: {topic: %s, format: %s%s, timestamp: {field: meta.at, unit: ms}}
            retention: 2d
            features:
              - {name: city, type: string, field: user.home.city}
              - {name: total, type: double, field: basket.total}
              - {name: words, type: list<string>, field: basket.words}
              - {name: sizes, type: list<int64>, field: sizes}
              - {name: mean_1h, type: double, aggregate: mean, field: basket.total, window: 1h}
              - {name: cities_1h, type: int64, aggregate: distinct_count, field: user.home.city, window: 1h}
            """;
    private static final String AVRO = """
            {"type": "record", "name": "Click", "fields": [
              {"name": "user", "type": {"type": "record", "name": "User", "fields": [
                {"name": "id", "type": "long"},
                {"name": "home", "type": ["null", {"type": "record", "name": "Home", "fields": [
                  {"name": "city", "type": ["null", "string"], "default": null}]}], "default": null}]}},
              {"name": "basket", "type": {"type": "record", "name": "Basket", "fields": [
                {"name": "total", "type": "double"},
                {"name": "words", "type": {"type": "array", "items": "string"}},
                {"name": "by_shop", "type": {"type": "map", "values": "long"}}]}},
              {"name": "sizes", "type": {"type": "array", "items": "int"}},
              {"name": "meta", "type": {"type": "record", "name": "Meta", "fields": [{"name": "at", "type": "long"}]}}]}
            """;
    private static final String PROTO = """
            syntax = "proto3";
            message Click {
              User user = 1;
              Basket basket = 2;
              repeated int32 sizes = 3;
              Meta meta = 4;
              message User { int64 id = 1; optional Home home = 2; }
              message Home { optional string city = 1; }
              message Basket { double total = 1; repeated string words = 2; map<string, int64> by_shop = 3; }
              message Meta { int64 at = 1; }
            }
            """;
    private static final String NOON = "2026-03-02T12:00:00Z";

    /** Writes fields. */
    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private void apply(String format, String file, String schema) {
        TestBroker.createTopic(topic, 1);
        String beside = file.isEmpty() ? "" : ", schema: " + file;
        var request = ApplyFeatureViewsRequest.newBuilder()
                .addFiles(DefinitionFile.newBuilder()
                        .setPath("views.yaml")
                        .setContent(VIEW.formatted(name, topic, format, beside)));
        if (!file.isEmpty()) {
            request.addFiles(DefinitionFile.newBuilder().setPath(file).setContent(schema));
        }
        features.applyFeatureViews(request.build());
    }

    private void send(byte[]... records) throws InterruptedException {
        Map<String, Object> config = Map.of("bootstrap.servers", TestBroker.bootstrap(), "acks", "all");
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (byte[] record : records) {
                producer.send(new ProducerRecord<>(topic, record)).get(20, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private void assertThatBothEventsAreRead() {
        GetOnlineFeaturesResponse response = read(
                NOON,
                7,
                name + ":city",
                name + ":total",
                name + ":words",
                name + ":sizes",
                name + ":mean_1h",
                name + ":cities_1h");
        assertThat(response.getComplete()).isTrue();
        assertThat(statuses(response)).containsOnly(FeatureStatus.FEATURE_STATUS_PRESENT);
        assertThat(values(response))
                .containsExactly(
                        Value.getDefaultInstance(),
                        real(4.5),
                        list(text("tea"), text("milk")),
                        list(number(3), number(-4)),
                        real(3.5),
                        number(1));
        assertThat(response.getResults(0).getEventTimeMicros(0)).isEqualTo(micros("2026-03-02T11:50:00Z"));
        assertThat(summary(name, "v1").getDeadLettered()).isZero();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value list(Value... values) {
        return Value.newBuilder()
                .setListValue(ListValue.newBuilder().addAllValues(List.of(values)))
                .build();
    }

    @Test
    void jsonRecordsAreReadAlongPaths() {
        apply("json", "", "");
        TestBroker.produce(
                topic,
                0,
                "{\"user\":{\"id\":7,\"home\":{\"city\":\"Oslo\"}},\"basket\":{\"total\":2.5,\"words\":[],\"by_shop\":{\"a\":1}},"
                        + "\"sizes\":[1],\"meta\":{\"at\":" + millis("2026-03-02T11:40:00Z") + "}}",
                "{\"user\":{\"id\":7},\"basket\":{\"total\":4.5,\"words\":[\"tea\",\"milk\"]},"
                        + "\"sizes\":[3,-4],\"meta\":{\"at\":" + millis("2026-03-02T11:50:00Z") + "}}");
        assertThatBothEventsAreRead();
    }

    @Test
    void avroRecordsAreReadAlongPaths() throws Exception {
        apply("avro", "click.avsc", AVRO);
        send(
                avro("Oslo", 2.5, List.of(), List.of(1), "2026-03-02T11:40:00Z"),
                avro(null, 4.5, List.of("tea", "milk"), List.of(3, -4), "2026-03-02T11:50:00Z"));
        assertThatBothEventsAreRead();
    }

    @Test
    void protobufRecordsAreReadAlongPaths() throws Exception {
        apply("protobuf", "click.proto", PROTO);
        send(
                protobuf("Oslo", 2.5, List.of(), List.of(1), "2026-03-02T11:40:00Z"),
                protobuf(null, 4.5, List.of("tea", "milk"), List.of(3, -4), "2026-03-02T11:50:00Z"));
        assertThatBothEventsAreRead();
    }

    @Test
    void aMapIsNoValueAndItsRecordsAreDeadLetteredOneByOne() throws Exception {
        TestBroker.createTopic(topic, 1);
        String view = """
                kind: FeatureView
                name: %s
                version: v1
                entity: {name: user, join_keys: [{name: user_id, type: int64, field: user.id}]}
                source: {topic: %s, format: avro, schema: click.avsc, timestamp: {field: meta.at, unit: ms}}
                features: [{name: shops, type: string, field: basket.by_shop}]
                """.formatted(name, topic);
        features.applyFeatureViews(ApplyFeatureViewsRequest.newBuilder()
                .addFiles(DefinitionFile.newBuilder().setPath("views.yaml").setContent(view))
                .addFiles(DefinitionFile.newBuilder().setPath("click.avsc").setContent(AVRO))
                .build());
        send(avro("Oslo", 2.5, List.of(), List.of(1), "2026-03-02T11:40:00Z"));

        assertThat(statuses(read(NOON, 7, name + ":shops"))).containsExactly(FeatureStatus.FEATURE_STATUS_NOT_FOUND);
        assertThat(summary(name, "v1").getDeadLetteredByReasonMap()).isEqualTo(Map.of("WRONG_TYPE", 1L));
    }

    private static long millis(String instant) {
        return micros(instant) / 1_000;
    }

    private static byte[] avro(@Nullable String city, double total, List<String> words, List<Integer> sizes, String at)
            throws IOException {
        Schema schema = new Schema.Parser().parse(AVRO);
        GenericRecord user = new GenericData.Record(schema.getField("user").schema());
        user.put("id", 7L);
        if (city != null) {
            GenericRecord home = new GenericData.Record(
                    user.getSchema().getField("home").schema().getTypes().get(1));
            home.put("city", city);
            user.put("home", home);
        }
        GenericRecord basket = new GenericData.Record(schema.getField("basket").schema());
        basket.put("total", total);
        basket.put("words", words);
        basket.put("by_shop", Map.of("a", 1L));
        GenericRecord meta = new GenericData.Record(schema.getField("meta").schema());
        meta.put("at", millis(at));
        GenericRecord click = new GenericData.Record(schema);
        click.put("user", user);
        click.put("basket", basket);
        click.put("sizes", sizes);
        click.put("meta", meta);
        var bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(schema).write(click, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static byte[] protobuf(
            @Nullable String city, double total, List<String> words, List<Integer> sizes, String at)
            throws IOException {
        return message(click -> {
            click.writeByteArray(1, message(user -> {
                user.writeInt64(1, 7);
                if (city != null) {
                    user.writeByteArray(2, message(home -> home.writeString(1, city)));
                }
            }));
            click.writeByteArray(2, message(basket -> {
                basket.writeDouble(1, total);
                for (String word : words) {
                    basket.writeString(2, word);
                }
                basket.writeBytes(3, ByteString.copyFrom(message(entry -> {
                    entry.writeString(1, "a");
                    entry.writeInt64(2, 1);
                })));
            }));
            for (int size : sizes) {
                click.writeInt32(3, size);
            }
            click.writeByteArray(4, message(meta -> meta.writeInt64(1, millis(at))));
        });
    }

    private static byte[] message(Fields fields) throws IOException {
        var bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.write(out);
        out.flush();
        return bytes.toByteArray();
    }
}
