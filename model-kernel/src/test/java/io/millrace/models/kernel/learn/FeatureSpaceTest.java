package io.millrace.models.kernel.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureSpaceTest {
    @Test
    void theHashIsMurmur3WithItsPublishedVectors() {
        assertThat(Murmur3.of("", 0)).isZero();
        assertThat(Murmur3.of("", 1)).isEqualTo(0x514e28b7);
        assertThat(Murmur3.of("test", 0)).isEqualTo(0xba6bd213);
        assertThat(Murmur3.of("Hello, world!", 0)).isEqualTo(0xc0363e43);
        assertThat(Murmur3.of("The quick brown fox jumps over the lazy dog", 0)).isEqualTo(0x2e4ff723);
    }

    @Test
    void aPairHashesLikeItsEightBytes() {
        byte[] bytes = {0x78, 0x56, 0x34, 0x12, 0x04, 0x03, 0x02, 0x01};
        assertThat(Murmur3.ofPair(0x12345678, 0x01020304, 9)).isEqualTo(Murmur3.of(bytes, 9));
    }

    @Test
    void aRowHasItsNumbersProductsCategoriesAndCrossings() {
        FeatureSpace space = Streams.MIXED;
        Example example = space.example(new double[] {2, 3, 4}, new String[] {"x", "y"});
        assertThat(example.dense(3)).isEqualTo(6);
        assertThat(example.slot(0)).isEqualTo(space.slotOf(0, "x")).isBetween(0, 63);
        assertThat(example.slot(2)).isEqualTo(example.slot(0));
        assertThat(example.slot(3)).isBetween(0, 255);
        assertThat(space.multiplier(2)).isZero();
        assertThat(space.slots()).isEqualTo(64 + 256 + 64 + 256);
    }

    @Test
    void aMissingCategoryIsAbsentAndSoIsWhatIsCrossedWithIt() {
        Example example = Streams.MIXED.example(new double[] {2, 3, 4}, new String[] {null, "y"});
        assertThat(List.of(example.slot(0), example.slot(2), example.slot(3))).containsOnly(-1);
        assertThat(example.slot(1)).isNotNegative();
    }

    @Test
    void theSameTextInTwoCategoriesHashesApart() {
        FeatureSpace space = new FeatureSpace(
                List.of(), List.of(new FeatureSpace.Category("a", 22), new FeatureSpace.Category("b", 22)), List.of());
        Example example = space.example(new double[0], new String[] {"same", "same"});
        assertThat(example.slot(0)).isNotEqualTo(example.slot(1));
    }

    @Test
    void whatIsNotDeclaredIsRefused() {
        assertThatThrownBy(() ->
                        new FeatureSpace(List.of("a"), List.of(), List.of(new FeatureSpace.Interaction("a", "z"))))
                .hasMessageContaining("z");
        assertThatThrownBy(() -> FeatureSpace.ofNumbers("a", "a")).hasMessageContaining("twice");
        assertThatThrownBy(() -> Streams.MIXED.example(new double[2], new String[2]))
                .hasMessageContaining("3 numbers");
    }
}
