package io.millrace.features.kafka;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One question at a time: whoever asks while one is under way shares the next, because the one under way was sent before they asked.
 * Thread-safe.
 */
final class Coalescing<A> {
    private final Supplier<CompletableFuture<A>> question;
    private boolean underWay;
    private @Nullable CompletableFuture<A> next;

    Coalescing(Supplier<CompletableFuture<A>> question) {
        this.question = question;
    }

    /** The answer to a question that is sent after this was called. */
    CompletableFuture<A> ask() {
        synchronized (this) {
            if (underWay) {
                if (next == null) {
                    next = new CompletableFuture<>();
                }
                return next;
            }
            underWay = true;
        }
        var answer = new CompletableFuture<A>();
        send(answer);
        return answer;
    }

    private CompletableFuture<A> asked() {
        try {
            return question.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void send(CompletableFuture<A> answer) {
        asked().whenComplete((value, failure) -> {
            CompletableFuture<A> waiting;
            synchronized (this) {
                waiting = next;
                next = null;
                underWay = waiting != null;
            }
            if (waiting != null) {
                send(waiting);
            }
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                answer.complete(value);
            }
        });
    }
}
