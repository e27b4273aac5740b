package io.millrace.features.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** How batch sources are materialised: what can be set under {@code millrace.features.materialization}. */
@ConfigMapping(prefix = "millrace.features.materialization")
public interface MaterializationConfig {
    /** The paths of batch sources lie below this folder; no other file can be read. */
    @WithDefault("data/batch")
    Path directory();
}
