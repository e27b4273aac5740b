package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CoalescingTest {
    private final List<CompletableFuture<String>> sent = new ArrayList<>();
    private final Coalescing<String> questions = new Coalescing<>(() -> {
        var question = new CompletableFuture<String>();
        sent.add(question);
        return question;
    });

    @Test
    void whoeverAsksWhileAQuestionIsUnderWaySharesTheNextOne() {
        CompletableFuture<String> first = questions.ask();
        CompletableFuture<String> second = questions.ask();
        CompletableFuture<String> third = questions.ask();

        assertThat(sent).hasSize(1);
        sent.get(0).complete("a");
        assertThat(first.join()).isEqualTo("a");
        assertThat(second).isNotDone();
        assertThat(sent).hasSize(2);
        sent.get(1).complete("b");
        assertThat(second.join()).isEqualTo("b");
        assertThat(third.join()).isEqualTo("b");
    }

    @Test
    void aQuestionThatCannotBeSentIsAFailureAndTheNextIsAskedAllTheSame() {
        var answers = new ArrayList<>(List.of("b"));
        var failing = new Coalescing<String>(() -> {
            if (sent.isEmpty()) {
                sent.add(new CompletableFuture<>());
                throw new IllegalStateException("closed");
            }
            return CompletableFuture.completedFuture(answers.removeFirst());
        });

        assertThat(failing.ask()).isCompletedExceptionally();
        assertThat(failing.ask().join()).isEqualTo("b");
    }

    @Test
    void aFailureIsToldAndTheNextQuestionIsAskedAllTheSame() {
        CompletableFuture<String> first = questions.ask();
        CompletableFuture<String> second = questions.ask();

        sent.get(0).completeExceptionally(new IllegalStateException("no"));
        assertThat(first).isCompletedExceptionally();
        sent.get(1).complete("b");
        assertThat(second.join()).isEqualTo("b");
        assertThat(questions.ask()).isNotDone();
        assertThat(sent).hasSize(3);
    }
}
