package io.millrace.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A piece of long work as it stands.
 *
 * @param kind what it does; a {@link JobHandler} knows how
 * @param phase what it does now, in its handler's words; empty before it begins
 * @param done rows that are done in this phase
 * @param expected rows of this phase; {@link #UNKNOWN} where nobody knows
 * @param rowsPerSecond since this phase began; 0 where nothing was done yet
 * @param message why it failed, or what whoever started it should know; empty where there is nothing to say
 * @param parameters what was asked for
 * @param result what came of it so far, by name
 * @param checkpoint where its handler goes on after a crash; empty where it begins anew
 * @param runs how often it was begun
 */
public record Job(
        String id,
        String kind,
        State state,
        String phase,
        long done,
        long expected,
        double rowsPerSecond,
        String message,
        Map<String, String> parameters,
        Map<String, String> result,
        Map<String, String> checkpoint,
        int runs,
        Instant created,
        @Nullable Instant started,
        @Nullable Instant finished) {
    /** The number of rows that nobody knows. */
    public static final long UNKNOWN = -1;

    public Job {
        parameters = Map.copyOf(parameters);
        result = Map.copyOf(result);
        checkpoint = Map.copyOf(checkpoint);
    }

    /** How far a job is. */
    public enum State {
        /** Waits until fewer others run. */
        QUEUED,
        RUNNING,
        DONE,
        FAILED,
        CANCELLED,
        /** The service ended while it ran, and its kind cannot go on where it was. */
        INTERRUPTED;

        /** Whether nothing more will happen. */
        public boolean isFinal() {
            return switch (this) {
                case QUEUED, RUNNING -> false;
                case DONE, FAILED, CANCELLED, INTERRUPTED -> true;
            };
        }
    }

    static Job queued(String id, String kind, Map<String, String> parameters, Instant created) {
        return new Job(
                id, kind, State.QUEUED, "", 0, UNKNOWN, 0, "", parameters, Map.of(), Map.of(), 0, created, null, null);
    }

    /** How long the rest of this phase takes at the rate so far; empty where that is not known. */
    public Optional<Duration> remaining() {
        if (state != State.RUNNING || expected < done || rowsPerSecond <= 0) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis((long) ((expected - done) / rowsPerSecond * 1_000)));
    }

    Job queuedAgain() {
        return with(State.QUEUED, message, started, null);
    }

    Job begun(Instant now) {
        return new Job(
                id,
                kind,
                State.RUNNING,
                "",
                0,
                UNKNOWN,
                0,
                "",
                parameters,
                result,
                checkpoint,
                runs + 1,
                created,
                now,
                null);
    }

    Job ended(State how, String why, Instant now) {
        return with(how, why, started, now);
    }

    Job at(String nextPhase, long rowsDone, long rowsExpected, double rate) {
        return new Job(
                id,
                kind,
                state,
                nextPhase,
                rowsDone,
                rowsExpected,
                rate,
                message,
                parameters,
                result,
                checkpoint,
                runs,
                created,
                started,
                finished);
    }

    Job with(Map<String, String> results, Map<String, String> nextCheckpoint) {
        return new Job(
                id,
                kind,
                state,
                phase,
                done,
                expected,
                rowsPerSecond,
                message,
                parameters,
                results,
                nextCheckpoint,
                runs,
                created,
                started,
                finished);
    }

    private Job with(State nextState, String nextMessage, @Nullable Instant began, @Nullable Instant ended) {
        return new Job(
                id,
                kind,
                nextState,
                phase,
                done,
                expected,
                rowsPerSecond,
                nextMessage,
                parameters,
                result,
                checkpoint,
                runs,
                created,
                began,
                ended);
    }
}
