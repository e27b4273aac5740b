package io.millrace.inference.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** How long work such as scoring files is done: what can be set under {@code millrace.inference.jobs}. */
@ConfigMapping(prefix = "millrace.inference.jobs")
public interface JobsConfig {
    /** Folder in which jobs outlive the process; each replica has its own. */
    @WithDefault("data/jobs")
    Path directory();

    /** Jobs that run at one time; 1 to 64. */
    @WithDefault("1")
    int concurrency();

    /** Jobs that may wait; more are refused. 0 to 10,000. */
    @WithDefault("100")
    int maxWaiting();

    /** Finished jobs that are remembered; 0 to 100,000. */
    @WithDefault("1000")
    int kept();

    /** How long a finished job is remembered; 1 min to 3,650 d. */
    @WithDefault("30d")
    Duration keptFor();
}
