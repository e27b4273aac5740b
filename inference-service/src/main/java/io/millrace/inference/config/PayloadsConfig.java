package io.millrace.inference.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The log of calls with their answers: what can be set under {@code millrace.inference.payloads}. Off unless a ratio and a place are set. */
@ConfigMapping(prefix = "millrace.inference.payloads")
public interface PayloadsConfig {
    /** Share of the calls of each model and pipeline that is logged; 0 to 1. Which calls follows from their id, else from their content. */
    @WithDefault("0")
    double defaultRatio();

    /** The same for one model or pipeline: {@code millrace.inference.payloads.ratio.flight-delay=0.1}. */
    Map<String, Double> ratio();

    /** Whether logged calls go to the topic {@code millrace.inference.payloads.v1}. */
    @WithDefault("false")
    boolean toTopic();

    /** Folder of Parquet files with logged calls, for this replica alone; none are written where it is not set. */
    Optional<Path> directory();

    /** Classifications of a contract whose fields may be logged; so may fields that it describes without one. */
    @WithDefault("public")
    List<String> loggedClassifications();

    /** Where it is set, what may not be logged is replaced by its HMAC-SHA256 under this key instead of left out. At least 16 characters. */
    Optional<String> hashKey();

    /** Whether calls of models, and of pipelines that name no contract, are logged, whole. */
    @WithDefault("false")
    boolean withoutContract();

    /** How long the classifications of a contract are known before they are asked for again; nothing is logged while they cannot be. 100 ms to 1 h. */
    @WithDefault("1m")
    Duration contractRefresh();

    /** Calls that wait for the log; more are dropped. 1 to 1,000,000. */
    @WithDefault("1000")
    int maxWaiting();

    /** Bytes of the calls that wait, roughly; more are dropped. 1 KiB to 1 GiB. */
    @WithDefault("16M")
    MemorySize maxWaitingSize();

    /** Larger calls are dropped; 1 KiB to 4 MiB. What the topic takes is up to the broker, as a rule 1 MiB. */
    @WithDefault("256K")
    MemorySize maxSize();

    /** Longest time until a call is in a Parquet file. 1 s to 1 d. */
    @WithDefault("5m")
    Duration rollInterval();

    /** Bytes of calls after which a Parquet file is written. 1 KiB to 1 GiB. */
    @WithDefault("64M")
    MemorySize rollSize();

    /** Room that the log to files leaves on the disk. */
    @WithDefault("1G")
    MemorySize minFree();
}
