package io.millrace.features.vectors;

import java.util.Random;

/** Vectors around random centres: neighbours that mean something, unlike those of uniform noise. Seeded. */
final class Mixture {
    private final float[][] centres;
    private final double spread;
    private final Random random;

    Mixture(int dimension, int centres, double spread, long seed) {
        this.random = new Random(seed);
        this.spread = spread;
        this.centres = new float[centres][dimension];
        for (float[] centre : this.centres) {
            for (int i = 0; i < dimension; i++) {
                centre[i] = (float) random.nextGaussian();
            }
        }
    }

    float[] next() {
        float[] centre = centres[random.nextInt(centres.length)];
        float[] vector = new float[centre.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (centre[i] + spread * random.nextGaussian());
        }
        return vector;
    }
}
