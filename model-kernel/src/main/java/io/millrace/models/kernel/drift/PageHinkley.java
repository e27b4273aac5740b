package io.millrace.models.kernel.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The test of Page and Hinkley for a mean that rises or falls (Page 1954, "Continuous inspection schemes", Biometrika 41; in the form with a
 * forgetting factor of Gama et al. 2013, "On evaluating stream learning algorithms", Machine Learning 90). It begins anew after a change.
 */
public final class PageHinkley implements ChangeDetector {
    /**
     * @param grace values before the first verdict, at least 1
     * @param delta the size of a change that is let pass, at least 0, in units of the values
     * @param threshold of the accumulated deviation, above 0, in units of the values
     * @param memory in (0, 1]: what is left of the accumulated deviation at each value
     */
    public record Settings(int grace, double delta, double threshold, double memory) {
        /** River's. */
        public static final Settings DEFAULTS = new Settings(30, 0.005, 50, 0.9999);

        public Settings {
            if (grace < 1) throw new IllegalArgumentException("grace must be at least 1, was " + grace);
            if (!(delta >= 0)) throw new IllegalArgumentException("delta must be at least 0, was " + delta);
            if (!(threshold > 0)) throw new IllegalArgumentException("threshold must be above 0, was " + threshold);
            if (!(memory > 0 && memory <= 1))
                throw new IllegalArgumentException("memory must be in (0, 1], was " + memory);
        }
    }

    private static final byte VERSION = 1;

    private final Settings settings;
    private long count;
    private double mean;
    private double rise;
    private double fall;
    private double least;
    private double most;

    public PageHinkley(Settings settings) {
        this.settings = settings;
        begin();
    }

    private void begin() {
        count = 0;
        mean = 0;
        rise = 0;
        fall = 0;
        least = Double.POSITIVE_INFINITY;
        most = Double.NEGATIVE_INFINITY;
    }

    @Override
    public boolean update(double value) {
        if (!Double.isFinite(value)) throw new IllegalArgumentException("a value must be finite, was " + value);
        count++;
        mean += (value - mean) / count;
        rise = settings.memory * rise + (value - mean - settings.delta);
        fall = settings.memory * fall + (value - mean + settings.delta);
        least = Math.min(least, rise);
        most = Math.max(most, fall);
        if (count < settings.grace) return false;
        boolean changed = rise - least > settings.threshold || most - fall > settings.threshold;
        if (changed) begin();
        return changed;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeInt(settings.grace);
        out.writeDouble(settings.delta);
        out.writeDouble(settings.threshold);
        out.writeDouble(settings.memory);
        out.writeLong(count);
        out.writeDouble(mean);
        out.writeDouble(rise);
        out.writeDouble(fall);
        out.writeDouble(least);
        out.writeDouble(most);
    }

    public static PageHinkley read(DataInput in) throws IOException {
        byte version = in.readByte();
        if (version != VERSION) throw new IOException("Page-Hinkley state of version " + version + " is not known");
        PageHinkley test =
                new PageHinkley(new Settings(in.readInt(), in.readDouble(), in.readDouble(), in.readDouble()));
        test.count = in.readLong();
        test.mean = in.readDouble();
        test.rise = in.readDouble();
        test.fall = in.readDouble();
        test.least = in.readDouble();
        test.most = in.readDouble();
        return test;
    }
}
