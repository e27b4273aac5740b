package io.millrace.inference.kafka;

import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class InstantTextsProperties {
    private static final long YEAR_1 = -62_135_596_800_000_000L;
    private static final long YEAR_9999 = 253_402_300_799_999_999L;

    private final InstantTexts texts = new InstantTexts();

    @Test
    void everyInstantIsWrittenAsInstantWritesIt() {
        qt().forAll(longs().between(YEAR_1, YEAR_9999)).check(this::isAsInstantWritesIt);
    }

    @Test
    void wholeSecondsMillisecondsAndNeighboursAreToo() {
        qt().forAll(longs().between(-200_000, 200_000), longs().between(-2, 2))
                .check((millis, micros) -> isAsInstantWritesIt(millis * 1_000 + micros));
        qt().forAll(longs().between(-2_000, 2_000)).check(seconds -> isAsInstantWritesIt(seconds * 1_000_000));
    }

    private boolean isAsInstantWritesIt(long micros) {
        return texts.of(micros)
                .equals(Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString());
    }
}
