package io.millrace.features.store;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Work of several buckets at one time. */
final class RedisParallel {
    private RedisParallel() {}

    /** Does it for 0 to {@code count} − 1, on virtual threads, and waits for all. The first failure is thrown as it came; the others have been tried all the same. */
    static <T> List<T> each(int count, IntFunction<T> work) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> running = IntStream.range(0, count)
                    .mapToObj(i -> threads.submit(() -> work.apply(i)))
                    .toList();
            return running.stream().map(RedisParallel::result).toList();
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for Redis", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("a bucket could not be changed", e.getCause());
        }
    }
}
