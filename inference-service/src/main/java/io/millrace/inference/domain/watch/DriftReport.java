package io.millrace.inference.domain.watch;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the predictions of a pipeline compare with what its models were made with, as of the last look at them.
 *
 * @param rows predictions that were looked at since the watch began
 * @param leftOut predictions whose event time lay in the future, and which were not
 * @param asOf event time up to which all is looked at; null before the first look
 * @param versions model versions that predicted, the one that predicted last first
 */
public record DriftReport(
        String pipeline, long rows, long leftOut, @Nullable Instant asOf, List<VersionDrift> versions) {
    public DriftReport {
        versions = List.copyOf(versions);
    }

    /**
     * A version of a model.
     *
     * @param reference {@code registered}: rows beside the model; {@code observed}: its first predictions; {@code gathering}: those are not there yet
     * @param referenceRows that the reference was made of, or that were gathered for it
     * @param window the rows that were compared; null before the first look that had enough of them
     * @param features against the reference, and against the same hour of earlier weeks where there is one; what moved most first
     * @param scores the predictions; empty where the reference does not know them
     * @param quantiles of the predictions in the window
     * @param joint all features together; null where there were too few rows
     * @param incident what has moved and has not come back, or else what moved last; null where nothing ever did
     */
    public record VersionDrift(
            String model,
            String version,
            String digest,
            String reference,
            long referenceRows,
            long rows,
            @Nullable Window window,
            List<Measure> features,
            List<Measure> scores,
            List<Quantile> quantiles,
            @Nullable Joint joint,
            @Nullable Incident incident) {
        public VersionDrift {
            features = List.copyOf(features);
            scores = List.copyOf(scores);
            quantiles = List.copyOf(quantiles);
        }
    }

    /** Event times, the end exclusive, and how many rows lie between them. */
    public record Window(Instant from, Instant to, long rows) {}

    /**
     * How far one thing has moved.
     *
     * @param against {@code reference} or {@code earlier-weeks}
     * @param psi population stability index
     * @param psiCritical what it exceeds with chance 1 % at these numbers of rows, though nothing has moved; null where nothing can be compared
     * @param jensenShannon in bits
     * @param p the chance of cells this far apart though nothing has moved
     * @param ks largest distance of the distribution functions; null of categories
     * @param ksP its chance; null of categories
     * @param missing share of the rows, and {@code missingBefore} that of the reference
     * @param imputed share of the rows for which another value stood in
     * @param newShare of the rows with a category that the reference does not know; null of numbers
     * @param newCategories the first of them by name
     * @param alarm whether it has moved more than chance and more than is cared for
     */
    public record Measure(
            String name,
            String against,
            long rows,
            double psi,
            @Nullable Double psiCritical,
            double jensenShannon,
            double p,
            @Nullable Double ks,
            @Nullable Double ksP,
            double missing,
            double missingBefore,
            double imputed,
            @Nullable Double newShare,
            List<String> newCategories,
            boolean alarm) {
        public Measure {
            newCategories = List.copyOf(newCategories);
        }
    }

    /** The number below which a share of the predictions lies. */
    public record Quantile(double share, double value) {}

    /** Whether a classifier tells the rows of now from those of the reference: the area under its curve with an interval of 95 %, and the chance of such a one though nothing has moved. */
    public record Joint(double auc, double lower, double upper, double p, boolean alarm) {}

    /**
     * Something that has moved.
     *
     * @param id the same in all that is told of it
     * @param since event time from which on the rows were different, to the tile
     * @param found event time of the look that saw it first
     * @param ended event time of the look by which all had come back; null while it has not
     * @param rows that were compared when it was found
     * @param moved what was said of last first
     * @param cause of what was said of last
     */
    public record Incident(
            String id,
            Instant since,
            Instant found,
            @Nullable Instant ended,
            long rows,
            List<Moved> moved,
            Cause cause) {
        public Incident {
            moved = List.copyOf(moved);
        }
    }

    /**
     * One thing that moved, as was said last.
     *
     * @param name of a feature, request field, {@code prediction} or {@code all features}
     * @param kind {@code distribution}, {@code missing}, {@code new-categories} or {@code joint}
     * @param against {@code reference} or {@code earlier-weeks}
     * @param by PSI of a distribution, the difference of the shares of what is missing, the share of what is new, the area of the classifier
     * @param p the chance of that though nothing moved
     * @param since event time
     */
    public record Moved(String name, String kind, String against, double by, double p, Instant since) {
        /** This with another beginning. */
        public Moved since(Instant beginning) {
            return new Moved(name, kind, against, by, p, beginning);
        }

        /** Whether it is the same thing that moved, however far. */
        public boolean isOf(Moved other) {
            return name.equals(other.name) && kind.equals(other.kind) && against.equals(other.against);
        }
    }

    /**
     * Where it comes from.
     *
     * @param features what moved most first, those too that are no alarm
     * @param segments in which it rose more than elsewhere, surest first
     * @param upstream what the views of the features that moved were like before and since
     */
    public record Cause(List<Ranked> features, List<Segment> segments, List<Upstream> upstream) {
        public static final Cause UNKNOWN = new Cause(List.of(), List.of(), List.of());

        public Cause {
            features = List.copyOf(features);
            segments = List.copyOf(segments);
            upstream = List.copyOf(upstream);
        }
    }

    /** A feature by how far it moved. */
    public record Ranked(String name, double psi, double p) {}

    /**
     * Rows that meet all conditions.
     *
     * @param conditions such as {@code origin = ORD} or {@code distance > 733.0 and <= 1200.0}
     * @param of what was compared there
     * @param share of the whole rise that comes from them; above 1 where others fell
     * @param p the chance of such a segment where all rose alike
     */
    public record Segment(
            List<String> conditions,
            String of,
            long rowsBefore,
            long rows,
            double before,
            double now,
            double share,
            double p) {
        public Segment {
            conditions = List.copyOf(conditions);
        }
    }

    /**
     * A view, or {@code input}: the pipeline's own events.
     *
     * @param features of it that moved
     * @param ageSeconds of its features when they were used, on average since it began; null where that is not known
     * @param ageSecondsBefore the same before it began
     * @param remarks what the services say of it at that moment: faults, parity, contracts
     */
    public record Upstream(
            String view,
            List<String> features,
            @Nullable Double ageSeconds,
            @Nullable Double ageSecondsBefore,
            List<String> remarks) {
        public Upstream {
            features = List.copyOf(features);
            remarks = List.copyOf(remarks);
        }

        /** This with what was said of it. */
        public Upstream saying(List<String> more) {
            return new Upstream(view, features, ageSeconds, ageSecondsBefore, more);
        }
    }
}
