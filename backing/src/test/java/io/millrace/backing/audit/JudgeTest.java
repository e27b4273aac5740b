package io.millrace.backing.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.backing.audit.StreamAudit.Stream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
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
    void aPredictionThatBelongsIntoSeveralOutputsIsOnceInEach() {
        Judge routes = routed();
        routes.takeInput(input("prediction 9.0", 0));
        routes.takeOutcome(prediction("all", 0, 9));
        assertThat(routes.outcomes()).isZero();
        assertThat(routes.answeredUpTo(0)).isEqualTo(-1);
        routes.takeOutcome(prediction("high", 0, 9));
        routes.takeInput(input("prediction 1.0", 1));
        routes.takeOutcome(prediction("all", 1, 1));

        assertThat(routes.outcomes()).isEqualTo(2);
        assertThat(routes.answeredUpTo(0)).isEqualTo(1);
        assertThat(routes.verdict().isClean()).as(routes.verdict().toString()).isTrue();
    }

    @Test
    void whatIsMissingInOneOutputIsLostAndWhatIsTwiceInOneIsADuplicate() {
        Judge routes = routed();
        routes.takeInput(input("prediction 9.0", 0));
        routes.takeOutcome(prediction("high", 0, 9));
        assertThat(routes.verdict().samples()).containsExactly("lost: 0/0 in all");
        routes.takeOutcome(prediction("high", 0, 9));
        routes.takeOutcome(prediction("all", 0, 8.5));
        routes.takeOutcome(prediction("all", 0, 9));

        assertThat(routes.verdict().lost()).isZero();
        assertThat(routes.verdict().duplicate()).isEqualTo(2);
        assertThat(routes.verdict().wrong()).isEqualTo(1);
    }

    @Test
    void anOutputThatDoesNotTakeAPredictionMustNotHaveIt() {
        Judge routes = routed();
        routes.takeInput(input("prediction 1.0", 0));
        routes.takeOutcome(prediction("high", 0, 1));
        routes.takeOutcome(prediction("all", 0, 1));

        assertThat(routes.verdict().wrong()).isEqualTo(1);
        assertThat(routes.verdict().lost()).isZero();
    }

    @Test
    void deadLettersOfOthersDoNotCount() {
        input(0, 0, "prediction 1.0");
        predict(0, 0, 1);
        bury("another", 0, 0, "UNDECODABLE");

        assertThat(judge.verdict().isClean()).isTrue();
        assertThat(judge.verdict().deadLetters()).isZero();
    }

    private static Judge routed() {
        return new Judge(
                new Stream(
                        "unused:1",
                        "p",
                        "in",
                        List.of("all", "high"),
                        (prediction, _) -> prediction > 5 ? Set.of("all", "high") : Set.of("all"),
                        "in.dlq"),
                input -> new String(input.value(), StandardCharsets.UTF_8));
    }

    private static ConsumerRecord<byte[], byte[]> input(String wanted, long offset) {
        return new ConsumerRecord<>("in", 0, offset, new byte[0], wanted.getBytes(StandardCharsets.UTF_8));
    }

    private ConsumerRecord<byte[], byte[]> prediction(String topic, long offset, double prediction) {
        String value = "{\"prediction\":" + prediction + ",\"source\":{\"partition\":0,\"offset\":" + offset + "}}";
        return new ConsumerRecord<>(topic, 0, written++, new byte[0], value.getBytes(StandardCharsets.UTF_8));
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
