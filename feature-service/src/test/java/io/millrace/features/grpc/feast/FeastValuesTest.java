package io.millrace.features.grpc.feast;

import static io.millrace.features.grpc.feast.Wire.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.kernel.FeatureValue;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Values that no client can write: aggregates and vectors. */
class FeastValuesTest {
    @Test
    void countsAreAMapAndAVectorIsAListOfFloats() {
        var counts = new FeatureValue.Counts(new TreeMap<>(Map.of("bus", 2L)));

        assertThat(FeastValues.of(counts).toByteArray())
                .isEqualTo(message()
                        .message(20, message().entry(1, "bus", message().varint(4, 2)))
                        .done());
        assertThat(FeastValues.of(new FeatureValue.Vector(new float[] {0.5f})).toByteArray())
                .isEqualTo(
                        message().message(16, message().bytes(1, 0, 0, 0, 0x3f)).done());
    }

    @Test
    void anEmptyListIsThereAndNotNull() {
        assertThat(FeastValues.of(new FeatureValue.Many(List.of())).toByteArray())
                .isEqualTo(message().message(12, message()).done());
    }
}
