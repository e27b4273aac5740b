package io.millrace.inference.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Watching the predictions of pipelines: what can be set under {@code millrace.inference.watch}. */
@ConfigMapping(prefix = "millrace.inference.watch")
public interface WatchConfig {
    /** Whether pipelines are watched, each by one replica. */
    @WithDefault("true")
    boolean enabled();

    /** Width of the tiles of event time into which predictions are counted; each is looked at once it is over. At least 1 min; divides a week. */
    @WithDefault("1h")
    Duration tile();

    /** The newest tiles that together have so many rows are compared with the reference. 50 to 10,000,000. */
    @WithDefault("1000")
    long windowRows();

    /** No more tiles than this are compared, however few rows they have. 1 to 1,000. */
    @WithDefault("24")
    int windowTiles();

    /** With fewer rows nothing is said. 50 to 10,000,000. */
    @WithDefault("200")
    long minimumRows();

    /** Where a model brings no reference, so many first predictions of a version become one. 100 to 20,000. */
    @WithDefault("1000")
    int referenceRows();

    /** Weeks whose same hour is compared with; 0 for none. 0 to 8. */
    @WithDefault("2")
    int weeks();

    /** How long after the end of a tile, by event time, it is looked at. 0 or more. */
    @WithDefault("5m")
    Duration grace();

    /** The chance of a false alarm in one look at all features of a version. Above 0 to 0.4. */
    @WithDefault("0.001")
    double alpha();

    /** What a distribution must have moved by, as population stability index. 0 to 10. */
    @WithDefault("0.1")
    double minimumPsi();

    /** What the share of missing rows must have changed by, and what the share of new categories must be. 0 to 1. */
    @WithDefault("0.05")
    double minimumShare();

    /** The area under the curve by which a classifier must tell rows of now from the reference. 0.5 to 0.99. */
    @WithDefault("0.6")
    double minimumAuc();

    /** Rows of a tile that are kept as they are, for the classifier and the search for segments. 50 to 2,000. */
    @WithDefault("500")
    int sampleRows();

    /** Of more predictions a second of one partition than this, a part is counted: to read all costs more than to score them. 10 to 1,000,000. */
    @WithDefault("500")
    int rowsPerSecond();

    /** How often what was counted is kept. 100 ms to 1 h. */
    @WithDefault("5s")
    Duration keepWithin();
}
