package io.millrace.features.store;

import io.millrace.features.app.StoreUnavailableException;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One call of a script, put together argument by argument. */
final class RedisCall {
    private final Request request;

    /** A call of a script whose keys are all on the shard of this key. */
    RedisCall(String script, String routingKey) {
        this.request = Request.cmd(Command.EVAL).arg(script).arg(1).arg(routingKey);
    }

    RedisCall arg(byte[] argument) {
        request.arg(argument);
        return this;
    }

    RedisCall arg(String argument) {
        request.arg(argument.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    RedisCall arg(long argument) {
        return arg(Long.toString(argument));
    }

    /**
     * Sends calls at one time and waits for all answers; never on an event loop.
     *
     * @return the answers in the order of the calls
     * @throws StoreUnavailableException where one is not there in time, or Redis refused
     */
    static List<Response> all(List<RedisCall> calls, RedisLink redis, Duration timeout) {
        List<Pending> sent =
                calls.stream().map(call -> call.begin(redis, timeout)).toList();
        return sent.stream().map(Pending::await).toList();
    }

    /**
     * Sends and waits for the answer; never on an event loop.
     *
     * @throws StoreUnavailableException where there is none in time, or Redis refused
     */
    Response send(RedisLink redis, Duration timeout) {
        return begin(redis, timeout).await();
    }

    /** Sends, and does not wait. */
    Pending begin(RedisLink redis, Duration timeout) {
        return new Pending(redis.send(request).toCompletionStage().toCompletableFuture(), timeout, System.nanoTime());
    }

    /**
     * An answer that is on its way.
     *
     * @param sinceNanos when it was asked for: of several that are waited for in turn none has more than the timeout
     */
    record Pending(CompletableFuture<Response> answer, Duration timeout, long sinceNanos) {
        /**
         * Waits for the answer; never on an event loop.
         *
         * @throws StoreUnavailableException where there is none in time, or Redis refused
         */
        Response await() {
            try {
                @Nullable
                Response response = answer.get(
                        Math.max(0, timeout.toNanos() - (System.nanoTime() - sinceNanos)), TimeUnit.NANOSECONDS);
                if (response == null) {
                    throw new StoreUnavailableException("Redis answered nothing", null);
                }
                return response;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreUnavailableException("interrupted while waiting for Redis", e);
            } catch (TimeoutException e) {
                throw new StoreUnavailableException("Redis did not answer within " + timeout, e);
            } catch (ExecutionException e) {
                throw new StoreUnavailableException("Redis failed: " + e.getCause(), e);
            }
        }
    }
}
