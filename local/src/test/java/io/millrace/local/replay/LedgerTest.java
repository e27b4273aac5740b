package io.millrace.local.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.local.replay.Event.Role;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private final Ledger ledger = new Ledger(10);

    @Test
    void anAskCountsTowardsTheScoresOnceItIsPredictedAndSettledInEitherOrder() {
        ledger.goLive();
        ledger.sent(ask(0));
        ledger.sent(ask(1));
        ledger.predicted(0, 0.8, true, "", 0, 0);
        assertThat(ledger.scores().size()).isZero();
        ledger.sent(settling(0, true));
        ledger.sent(settling(1, false));
        assertThat(ledger.scores().size()).isEqualTo(1);
        ledger.predicted(1, 0.4, true, "", 0, 0);
        assertThat(ledger.scores().logLoss()).isCloseTo(0.366984587, within(1e-9));
    }

    @Test
    void asksOfTheHistoryAreCountedButNeitherScoredNorTimed() {
        ledger.sent(ask(0));
        ledger.acknowledged(ask(0), 100);
        ledger.goLive();
        ledger.predicted(0, 0.5, true, "", 150, 151);
        ledger.sent(settling(0, true));
        assertThat(ledger.scores().size()).isZero();
        assertThat(ledger.latency().size()).isZero();
        assertThat(ledger.counts().predicted()).isEqualTo(1);
        assertThat(ledger.counts().livePredicted()).isZero();
    }

    @Test
    void latencyIsFromTheAsksRecordToThePredictionsWhicheverIsKnownFirst() {
        ledger.goLive();
        ledger.sent(ask(0));
        ledger.sent(ask(1));
        ledger.acknowledged(ask(0), 100);
        ledger.predicted(0, 0.5, true, "", 107, 110);
        ledger.predicted(1, 0.5, true, "", 209, 210);
        ledger.acknowledged(ask(1), 200);
        assertThat(ledger.latency().percentileNanos(0.5)).isEqualTo(7_000_000);
        assertThat(ledger.latency().percentileNanos(1)).isEqualTo(9_000_000);
        assertThat(ledger.latencyToReader().percentileNanos(1)).isEqualTo(10_000_000);
    }

    @Test
    void aSecondPredictionAndOneThatNobodyAskedForAreFound() {
        ledger.sent(ask(0));
        ledger.sent(ask(1));
        ledger.predicted(0, 0.5, false, "", 0, 0);
        ledger.predicted(0, 0.5, true, "", 0, 0);
        ledger.predicted(5, 0.5, true, "", 0, 0);
        ledger.predicted(-1, 0.5, true, "", 0, 0);
        Ledger.Counts counts = ledger.counts();
        assertThat(counts.duplicates()).isEqualTo(1);
        assertThat(counts.unknown()).isEqualTo(2);
        assertThat(counts.incomplete()).isEqualTo(1);
        assertThat(counts.open()).isEqualTo(1);
        assertThat(ledger.open()).isEqualTo(1);
    }

    private static Event ask(int number) {
        return new Event(Role.ASK, 0, number, "asks", String.valueOf(number), Map.of(), true);
    }

    private static Event settling(int number, boolean outcome) {
        return new Event(Role.SETTLING, 0, number, "facts", String.valueOf(number), Map.of(), outcome);
    }
}
