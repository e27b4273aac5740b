package io.millrace.models.kernel.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Watches the share of errors of a classifier: DDM (Gama et al. 2004, "Learning with drift detection", SBIA). The values are 0 (right) and 1
 * (wrong). The settings are the paper's: {@value #GRACE} values before the first verdict, a warning {@value #WARNING} and a change {@value #CHANGE}
 * standard deviations above the least error so far. It begins anew after a change.
 */
public final class Ddm implements ChangeDetector {
    private static final byte VERSION = 1;
    private static final int GRACE = 30;
    private static final double WARNING = 2;
    private static final double CHANGE = 3;

    private long count;
    private double share;
    private double leastShare = Double.POSITIVE_INFINITY;
    private double leastDeviation;
    private boolean warning;

    /** Whether the error has risen so far that a change is near. */
    public boolean isWarning() {
        return warning;
    }

    @Override
    public boolean update(double value) {
        if (!(value >= 0 && value <= 1)) throw new IllegalArgumentException("a value must be 0 to 1, was " + value);
        count++;
        share += (value - share) / count;
        double deviation = Math.sqrt(share * (1 - share) / count);
        warning = false;
        if (count <= GRACE) return false;
        if (share + deviation <= leastShare + leastDeviation) {
            leastShare = share;
            leastDeviation = deviation;
        }
        if (share + deviation > leastShare + CHANGE * leastDeviation) {
            count = 0;
            share = 0;
            leastShare = Double.POSITIVE_INFINITY;
            leastDeviation = 0;
            return true;
        }
        warning = share + deviation > leastShare + WARNING * leastDeviation;
        return false;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeLong(count);
        out.writeDouble(share);
        out.writeDouble(leastShare);
        out.writeDouble(leastDeviation);
        out.writeBoolean(warning);
    }

    public static Ddm read(DataInput in) throws IOException {
        byte version = in.readByte();
        if (version != VERSION) throw new IOException("DDM state of version " + version + " is not known");
        Ddm ddm = new Ddm();
        ddm.count = in.readLong();
        ddm.share = in.readDouble();
        ddm.leastShare = in.readDouble();
        ddm.leastDeviation = in.readDouble();
        ddm.warning = in.readBoolean();
        return ddm;
    }
}
