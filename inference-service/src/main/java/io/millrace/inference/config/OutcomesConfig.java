package io.millrace.inference.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** What became of predictions, and what is made of that: what can be set under {@code millrace.inference.outcomes}. */
@ConfigMapping(prefix = "millrace.inference.outcomes")
public interface OutcomesConfig {
    /** Folder of the states of what is made of outcomes: quality, models that learn, experiments. What is missing in it is made anew from the outcomes' topic. */
    @WithDefault("data/outcomes")
    Path directory();

    /** States are kept after so many outcomes, at least 1. */
    @WithDefault("10000")
    int keepEvery();

    /** States are kept no later than this after an outcome that is not in them. At least 100 ms. */
    @WithDefault("5s")
    Duration keepWithin();

    /** How long topics of outcomes keep them that are made from now on; three times the stream's delay where that is longer. At least 1 h. */
    @WithDefault("30d")
    Duration retention();
}
