package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** How a linear model steps against a gradient. */
public sealed interface Optimizer {
    /**
     * FTRL-Proximal with a rate for each coordinate (McMahan et al. 2013, "Ad click prediction: a view from the trenches", KDD, algorithm 1). The weights
     * are those of all examples before, as there; River's are one example older. The intercept has no penalty.
     *
     * @param alpha rate, above 0: no example moves a weight by more
     * @param beta at least 0; how slowly rates begin to fall
     * @param l1 penalty, at least 0; weights below it are exactly 0
     * @param l2 penalty, at least 0
     */
    record Ftrl(double alpha, double beta, double l1, double l2) implements Optimizer {
        /** River's; the paper leaves alpha to the data and has beta 1. */
        public static final Ftrl DEFAULTS = new Ftrl(0.05, 1, 0, 1);

        public Ftrl {
            if (!(alpha > 0 && beta >= 0 && l1 >= 0 && l2 >= 0)) {
                throw new IllegalArgumentException(
                        "alpha must be above 0 and the others at least 0: %s %s %s %s".formatted(alpha, beta, l1, l2));
            }
        }
    }

    /**
     * Adaptive gradient descent (Duchi, Hazan and Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 12;
     * diagonal form). Each coordinate's rate falls with the gradients that it saw, which suits columns that are seldom there.
     *
     * @param rate above 0: no example moves a weight by more
     */
    record AdaGrad(double rate) implements Optimizer {
        /** River's. */
        public static final AdaGrad DEFAULTS = new AdaGrad(0.1);

        public AdaGrad {
            if (!(rate > 0)) throw new IllegalArgumentException("rate must be above 0, was " + rate);
        }
    }

    /** Plain gradient descent with rates that do not fall. */
    record Sgd(double rate, double interceptRate) implements Optimizer {
        /** River's. */
        public static final Sgd DEFAULTS = new Sgd(0.01, 0.01);

        public Sgd {
            if (!(rate > 0 && interceptRate >= 0)) {
                throw new IllegalArgumentException("rates must be above 0, were " + rate + " and " + interceptRate);
            }
        }
    }

    static void write(Optimizer optimizer, DataOutput out) throws IOException {
        switch (optimizer) {
            case Ftrl(double alpha, double beta, double l1, double l2) -> {
                out.writeByte(1);
                States.write(out, new double[] {alpha, beta, l1, l2});
            }
            case AdaGrad(double rate) -> {
                out.writeByte(2);
                out.writeDouble(rate);
            }
            case Sgd(double rate, double interceptRate) -> {
                out.writeByte(3);
                States.write(out, new double[] {rate, interceptRate});
            }
        }
    }

    static Optimizer read(DataInput in) throws IOException {
        byte kind = in.readByte();
        return switch (kind) {
            case 1 -> new Ftrl(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
            case 2 -> new AdaGrad(in.readDouble());
            case 3 -> new Sgd(in.readDouble(), in.readDouble());
            default -> throw new IOException("optimizer of kind " + kind + " is not known");
        };
    }
}
