package io.millrace.inference.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Explanations: what can be set under {@code millrace.inference.explain}. */
@ConfigMapping(prefix = "millrace.inference.explain")
public interface ExplainConfig {
    /** Pairs of permutations behind sampled contributions; a row asks the model some 2 × pairs × columns times. 2 to 10,000. */
    @WithDefault("50")
    int pairs();

    /** Rows of one call whose predictions are explained; 1 to 10,000. */
    @WithDefault("100")
    int maxRows();

    /** Rows of a reference that importance and partial dependence are worked out of at most; 1 to 100,000. */
    @WithDefault("1000")
    int referenceRows();

    /** Bound on working out importance or partial dependence. Positive. */
    @WithDefault("30s")
    Duration deadline();
}
