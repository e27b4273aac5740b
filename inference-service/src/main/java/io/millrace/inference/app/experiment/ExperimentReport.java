package io.millrace.inference.app.experiment;

import io.millrace.models.kernel.evidence.Evidence;
import java.util.List;
import java.util.Optional;

/**
 * All that an experiment's decision rests on, at one moment. Times are microseconds of the outcomes' own time.
 *
 * @param revision of the deployment, which has the experiment
 * @param paired whether each row was scored by both
 * @param alpha the chance of ever deciding wrongly
 * @param evidence the statistic, and what follows from it
 * @param settled what was done; empty while nothing is decided or a decision waits
 */
public record ExperimentReport(
        String deployment,
        long revision,
        String labels,
        String champion,
        String challenger,
        boolean paired,
        double alpha,
        double minimumEffect,
        Data data,
        Evidence evidence,
        Optional<Settled> settled) {

    /**
     * What was looked at.
     *
     * @param from offset of the first outcome in the labels' outcomes topic that belongs to the experiment; −1 of none
     * @param to offset behind the last
     * @param outcomes how many of those between belong to it
     * @param unpaired rows of a paired experiment whose other half did not come
     * @param versions what scored the rows
     */
    public record Data(
            long from, long to, long fromMicros, long toMicros, long outcomes, long unpaired, List<Version> versions) {
        public Data {
            versions = List.copyOf(versions);
        }
    }

    /** A model version that an arm or shadow was, and how many of the measured rows it scored. */
    public record Version(String arm, String model, String version, String digest, long rows) {}

    /**
     * What was done.
     *
     * @param action what became of the deployment
     * @param who decided
     * @param micros when, by the outcomes' time: of the newest that the decision rests on
     * @param revision of the deployment that was made; 0 where it stays as it was
     */
    public record Settled(Action action, String who, long micros, long revision) {}

    /** What can be done. */
    public enum Action {
        PROMOTED,
        ROLLED_BACK,
        /** The evidence asks for something, and a person is to do it. */
        ADVISED,
        /** Nothing is to be done: the test cannot decide. */
        STOPPED
    }

    ExperimentReport settled(Settled how) {
        return new ExperimentReport(
                deployment,
                revision,
                labels,
                champion,
                challenger,
                paired,
                alpha,
                minimumEffect,
                data,
                evidence,
                Optional.of(how));
    }
}
