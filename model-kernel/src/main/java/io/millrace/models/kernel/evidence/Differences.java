package io.millrace.models.kernel.evidence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Makes differences of rows that went to one arm each: a run of rows ends as soon as both arms occur in it, and gives the difference of their means in it. Each difference has the mean that is looked for, given all
 * before it, as long as each arm's rows have one mean (or both move together), whatever the shares of the arms are and whether they change: where a run ends hangs on the arms alone.
 */
final class Differences {
    private final double[] sums;
    private long champions;
    private long challengers;

    Differences(int outcomes) {
        sums = new double[2 * outcomes];
    }

    /** Takes a row in. True where a run has ended: its differences are then in {@code gaps}, challenger minus champion. */
    boolean add(boolean challenger, double[] outcomes, double[] gaps) {
        int from = challenger ? gaps.length : 0;
        for (int i = 0; i < gaps.length; i++) {
            sums[from + i] += outcomes[i];
        }
        champions += challenger ? 0 : 1;
        challengers += challenger ? 1 : 0;
        if (champions == 0 || challengers == 0) {
            return false;
        }
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = sums[gaps.length + i] / challengers - sums[i] / champions;
            sums[i] = 0;
            sums[gaps.length + i] = 0;
        }
        champions = 0;
        challengers = 0;
        return true;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(champions);
        out.writeLong(challengers);
        for (double sum : sums) {
            out.writeDouble(sum);
        }
    }

    static Differences read(DataInput in, int outcomes) throws IOException {
        var differences = new Differences(outcomes);
        differences.champions = in.readLong();
        differences.challengers = in.readLong();
        for (int i = 0; i < differences.sums.length; i++) {
            differences.sums[i] = in.readDouble();
        }
        return differences;
    }
}
