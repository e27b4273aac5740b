package io.millrace.inference.app.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * How a model version's calls are joined at the moment.
 *
 * @param maxSize most rows of a run that is made of several calls
 * @param maxDelay how long the first call of a run waits for others
 * @param objective what 99 of 100 calls are to be answered within; where there is none, size and delay are what was declared
 * @param measured what 99 of 100 calls were answered within when that was last reckoned; counted from their arrival at the queue
 */
public record BatchChoice(int maxSize, Duration maxDelay, Optional<Duration> objective, Optional<Duration> measured) {}
