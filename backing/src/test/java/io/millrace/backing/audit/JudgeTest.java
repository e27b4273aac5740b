package io.millrace.backing.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.backing.audit.StreamAudit.Stream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private final Judge judge = new Judge(
            new Stream("unused:1", "p", "in", List.of("out"), "in.dlq"),
            input -> new String(input.value(), StandardCharsets.UTF_8));
    private long written;

    @Test
    void oneOutcomeForEachInputInOrderAndAsExpectedIsClean() {
        input(0, 0, "prediction 1.5");
        predict(0, 0, 1.5);
        bury("p", 0, 1, "UNDECODABLE");
        input(0, 1, "dead letter UNDECODABLE");
        predict(1, 7, 2);
        input(1, 7, "prediction 2.0");

        assertThat(judge.verdict().isClean()).isTrue();
        assertThat(judge.verdict().samples()).isEmpty();
        assertThat(judge.outcomes()).isEqualTo(3);
        assertThat(judge.answeredUpTo(1)).isEqualTo(7);
        assertThat(judge.answeredUpTo(2)).isEqualTo(-1);
    }

    @Test
    void anInputWithoutAnOutcomeIsLost() {
        input(0, 0, "prediction 1.0");
        input(0, 1, "prediction 1.0");
        predict(0, 1, 1);

        assertThat(judge.verdict().lost()).isEqualTo(1);
        assertThat(judge.verdict().samples()).containsExactly("lost: 0/0");
        assertThat(judge.verdict().isClean()).isFalse();
    }

    @Test
    void aSecondOutcomeAndOneOfNoInputAreDuplicates() {
        input(0, 0, "prediction 1.0");
        predict(0, 0, 1);
        bury("p", 0, 0, "UNDECODABLE");
        predict(0, 9, 1);

        assertThat(judge.verdict().duplicate()).isEqualTo(2);
        assertThat(judge.verdict().isClean()).isFalse();
    }

    @Test
    void anOutcomeBehindOneOfALaterInputIsMisordered() {
        input(0, 0, "prediction 1.0");
        input(0, 1, "prediction 1.0");
        predict(0, 1, 1);
        predict(0, 0, 1);

        assertThat(judge.verdict().misordered()).isEqualTo(1);
        assertThat(judge.verdict().lost()).isZero();
        assertThat(judge.verdict().isClean()).isFalse();
    }

    @Test
    void anOutcomeThatIsNotWhatWasExpectedIsWrongWhicheverWasReadFirst() {
        input(0, 0, "prediction 1.0");
        predict(0, 0, 1.0000000001);
        bury("p", 0, 1, "UNDECODABLE");
        input(0, 1, "prediction 1.0");
        take("out", "no JSON");

        assertThat(judge.verdict().wrong()).isEqualTo(3);
        assertThat(judge.verdict().isClean()).isFalse();
    }

    @Test
    void deadLettersOfOthersDoNotCount() {
        input(0, 0, "prediction 1.0");
        predict(0, 0, 1);
        bury("another", 0, 0, "UNDECODABLE");

        assertThat(judge.verdict().isClean()).isTrue();
        assertThat(judge.verdict().deadLetters()).isZero();
    }

    private void input(int partition, long offset, String wanted) {
        judge.takeInput(
                new ConsumerRecord<>("in", partition, offset, new byte[0], wanted.getBytes(StandardCharsets.UTF_8)));
    }

    private void predict(int partition, long offset, double prediction) {
        take(
                "out",
                "{\"prediction\":" + prediction + ",\"source\":{\"topic\":\"in\",\"partition\":" + partition
                        + ",\"offset\":" + offset + "}}");
    }

    private void take(String topic, String value) {
        judge.takeOutcome(
                new ConsumerRecord<>(topic, 0, written++, new byte[0], value.getBytes(StandardCharsets.UTF_8)));
    }

    private void bury(String pipeline, int partition, long offset, String reason) {
        var record = new ConsumerRecord<>("in.dlq", 0, written++, new byte[0], new byte[0]);
        header(record, "millrace.pipeline", pipeline);
        header(record, "millrace.reason", reason);
        header(record, "millrace.source-partition", Integer.toString(partition));
        header(record, "millrace.source-offset", Long.toString(offset));
        judge.takeOutcome(record);
    }

    private static void header(ConsumerRecord<?, ?> record, String name, String value) {
        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
