package io.millrace.features.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One connection to Redis, to each node of a cluster, over which calls are sent one behind the other without waiting for answers; another one once it has failed.
 *
 * <p>The client's own sending borrows a connection to every node for each call. In a cluster a call that has one asks for the slots then, which needs one more: as many calls at a time as
 * the pool has connections wait for each other whenever the slots are to be read again.
 */
final class RedisLink implements AutoCloseable {
    private final Redis redis;
    private final AtomicReference<@Nullable Future<RedisConnection>> current = new AtomicReference<>();

    RedisLink(Redis redis) {
        this.redis = redis;
    }

    /**
     * Sends a call that may be sent twice: once more over another connection where the first fails before it has brought an answer.
     *
     * @return fails with the error that Redis answered, or where it cannot be reached
     */
    Future<Response> send(Request request) {
        Future<RedisConnection> first = connection();
        return first.compose(connection -> connection.send(request)).recover(failure -> {
            if (failure instanceof ErrorType) {
                return Future.failedFuture(failure);
            }
            drop(first);
            return connection().compose(connection -> connection.send(request));
        });
    }

    private Future<RedisConnection> connection() {
        Future<RedisConnection> known = current.get();
        if (known != null && !known.failed()) {
            return known;
        }
        Future<RedisConnection> opened = redis.connect();
        if (!current.compareAndSet(known, opened)) {
            opened.onSuccess(RedisConnection::close);
            return connection();
        }
        opened.onSuccess(connection -> connection.endHandler(_ -> drop(opened)));
        return opened;
    }

    private void drop(Future<RedisConnection> failed) {
        if (current.compareAndSet(failed, null)) {
            failed.onSuccess(RedisConnection::close);
        }
    }

    @Override
    public void close() {
        Future<RedisConnection> last = current.getAndSet(null);
        if (last != null) {
            last.onSuccess(RedisConnection::close);
        }
    }
}
