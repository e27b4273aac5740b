package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a leaf saw of its columns, by class: of a number mean, variance, least and most (the Gaussian observer of Pfahringer, Holmes and Kirkby 2008,
 * "Handling numeric attributes in Hoeffding trees"), of a category the weight of each slot, up to {@value #MOST_SLOTS} of them.
 */
final class Observations {
    static final int MOST_SLOTS = 32;

    private final int dense;
    final int[] columns;

    /** By class, then by place in columns. */
    final double[] means;

    final double[] squares;
    final double[] least;
    final double[] most;

    private final @Nullable Slots[] slots;

    /** The weights of a category's slots. */
    static final class Slots {
        final int[] slots = new int[MOST_SLOTS];
        final double[][] weights = new double[2][MOST_SLOTS];
        int size;

        double weight(int label, int slot) {
            for (int i = 0; i < size; i++) if (slots[i] == slot) return weights[label][i];
            return 0;
        }

        private void add(int label, int slot, double weight) {
            int at = 0;
            while (at < size && slots[at] != slot) at++;
            if (at == MOST_SLOTS) return;
            if (at == size) slots[size++] = slot;
            weights[label][at] += weight;
        }
    }

    /** @param dense how many dense columns there are; a column from there on is a category */
    Observations(int dense, int[] columns) {
        this.dense = dense;
        this.columns = columns;
        int n = columns.length;
        means = new double[2 * n];
        squares = new double[2 * n];
        least = new double[2 * n];
        most = new double[2 * n];
        slots = new Slots[n];
        java.util.Arrays.fill(least, Double.POSITIVE_INFINITY);
        java.util.Arrays.fill(most, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i++) if (columns[i] >= dense) slots[i] = new Slots();
    }

    /** Of a category; null for a number. */
    @Nullable
    Slots slots(int place) {
        return slots[place];
    }

    boolean hasCategories() {
        for (Slots of : slots) if (of != null) return true;
        return false;
    }

    /** @param seen the weight of the class so far, this example included */
    void add(Example example, int label, double weight, double seen) {
        int base = label * columns.length;
        for (int i = 0; i < columns.length; i++) {
            Slots category = slots[i];
            if (category != null) {
                category.add(label, example.slots[columns[i] - dense], weight);
                continue;
            }
            int at = base + i;
            double value = example.dense[columns[i]];
            double distance = value - means[at];
            means[at] += weight * distance / seen;
            squares[at] += weight * distance * (value - means[at]);
            if (value < least[at]) least[at] = value;
            if (value > most[at]) most[at] = value;
        }
    }

    /** The variance of a number in a class that was seen with a weight, at least a billionth of the square of its range, so that it is never 0 where there is a range. */
    double variance(int label, int place, double seen) {
        double range = most(place) - least(place);
        double floor = range * range * 1e-9;
        double variance = seen > 1 ? squares[label * columns.length + place] / (seen - 1) : 0;
        return Math.max(variance, floor);
    }

    double least(int place) {
        return Math.min(least[place], least[columns.length + place]);
    }

    double most(int place) {
        return Math.max(most[place], most[columns.length + place]);
    }

    void write(DataOutput out) throws IOException {
        out.writeShort(columns.length);
        for (int column : columns) out.writeInt(column);
        States.write(out, means);
        States.write(out, squares);
        States.write(out, least);
        States.write(out, most);
        for (Slots of : slots) {
            if (of == null) continue;
            out.writeByte(of.size);
            for (int i = 0; i < of.size; i++) {
                out.writeInt(of.slots[i]);
                out.writeDouble(of.weights[0][i]);
                out.writeDouble(of.weights[1][i]);
            }
        }
    }

    static Observations read(DataInput in, int dense) throws IOException {
        int[] columns = new int[in.readUnsignedShort()];
        for (int i = 0; i < columns.length; i++) columns[i] = in.readInt();
        Observations seen = new Observations(dense, columns);
        States.read(in, seen.means);
        States.read(in, seen.squares);
        States.read(in, seen.least);
        States.read(in, seen.most);
        for (Slots of : seen.slots) {
            if (of == null) continue;
            of.size = in.readByte();
            if (of.size < 0 || of.size > MOST_SLOTS) throw new IOException("a category has " + of.size + " slots");
            for (int i = 0; i < of.size; i++) {
                of.slots[i] = in.readInt();
                of.weights[0][i] = in.readDouble();
                of.weights[1][i] = in.readDouble();
            }
        }
        return seen;
    }
}
