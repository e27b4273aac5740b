package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.doubles;
import static org.quicktheories.generators.SourceDSL.longs;
import static org.quicktheories.generators.SourceDSL.strings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonBytesProperties {
    private final ObjectMapper json = new ObjectMapper();

    @Test
    void everyTextIsReadBack() {
        qt().forAll(strings().allPossible().ofLengthBetween(0, 40)).checkAssert(text -> {
            // Half a character cannot be written in UTF-8.
            String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            assertThat(read(new JsonBytes().beginObject().name(text).text(text).endObject())
                            .properties()
                            .iterator()
                            .next())
                    .satisfies(member -> {
                        assertThat(member.getKey()).isEqualTo(whole);
                        assertThat(member.getValue().asText()).isEqualTo(whole);
                    });
        });
    }

    @Test
    void everyCharacterIsWrittenAsOthersWriteIt() throws IOException {
        for (int c = 0; c < 0x3000; c++) {
            String text = "a" + (char) c + "b";
            assertThat(new JsonBytes().text(text).toBytes())
                    .as("character %d", c)
                    .satisfies(
                            bytes -> assertThat(json.readTree(bytes).asText()).isEqualTo(text));
        }
        assertThat(new String(new JsonBytes().text("\"\\/\b\t\n\f\r\u0001").toBytes(), StandardCharsets.UTF_8))
                .isEqualTo(json.writeValueAsString("\"\\/\b\t\n\f\r\u0001"));
    }

    @Test
    void everyWholeNumberIsReadBack() {
        qt().forAll(longs().all()).checkAssert(number -> assertThat(
                        read(new JsonBytes().number((long) number)).asLong())
                .isEqualTo(number));
        assertThat(new String(
                        new JsonBytes()
                                .beginArray()
                                .number(0L)
                                .number(-1L)
                                .number(Long.MIN_VALUE)
                                .number(Long.MAX_VALUE)
                                .endArray()
                                .toBytes(),
                        StandardCharsets.UTF_8))
                .isEqualTo("[0,-1,-9223372036854775808,9223372036854775807]");
    }

    @Test
    void everyRealNumberIsReadBackToTheBit() {
        qt().forAll(doubles().any()).assuming(Double::isFinite).checkAssert(number -> assertThat(
                        Double.doubleToRawLongBits(
                                read(new JsonBytes().number((double) number)).asDouble()))
                .isEqualTo(Double.doubleToRawLongBits(number)));
        assertThat(read(new JsonBytes().number(Double.NaN)).asText()).isEqualTo("NaN");
    }

    @Test
    void commasStandBetweenMembersAndElementsAlone() {
        byte[] before =
                new JsonBytes().name("e").number(1L).name("f").flag(true).toBytes();
        var out = new JsonBytes();
        out.text("left over").reset();
        out.beginObject().written(new byte[0]).name("a").beginArray().endArray();
        out.name("b").beginObject().endObject().name("c").beginArray();
        out.beginObject().endObject().text("x").flag(false).endArray();
        out.written(before).endObject();

        assertThat(new String(out.toBytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"a\":[],\"b\":{},\"c\":[{},\"x\",false],\"e\":1,\"f\":true}");
    }

    private JsonNode read(JsonBytes written) {
        try {
            return json.readTree(written.toBytes());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
