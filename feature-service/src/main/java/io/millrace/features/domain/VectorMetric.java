package io.millrace.features.domain;

/** How far two vectors are apart: the smaller the nearer, computed in double precision. */
public enum VectorMetric {
    /** 1 − cos(a, b), in [0, 2]. Of a vector of length 0 there is none: such vectors are not indexed, and a query of that kind is refused. */
    COSINE {
        @Override
        public double distance(float[] a, float[] b) {
            double dot = 0;
            double squaredA = 0;
            double squaredB = 0;
            for (int i = 0; i < a.length; i++) {
                dot += (double) a[i] * b[i];
                squaredA += (double) a[i] * a[i];
                squaredB += (double) b[i] * b[i];
            }
            return 1 - dot / Math.sqrt(squaredA * squaredB);
        }
    },
    /** −a·b: the larger the inner product, the nearer. */
    DOT {
        @Override
        public double distance(float[] a, float[] b) {
            double dot = 0;
            for (int i = 0; i < a.length; i++) {
                dot += (double) a[i] * b[i];
            }
            return -dot;
        }
    },
    /** The Euclidean distance. */
    L2 {
        @Override
        public double distance(float[] a, float[] b) {
            double squared = 0;
            for (int i = 0; i < a.length; i++) {
                double difference = (double) a[i] - b[i];
                squared += difference * difference;
            }
            return Math.sqrt(squared);
        }
    };

    /** The distance of two vectors of one dimension. */
    public abstract double distance(float[] a, float[] b);

    /** Whether distances to this vector are defined. */
    public boolean measures(float[] vector) {
        if (this != COSINE) {
            return true;
        }
        for (float each : vector) {
            if (each != 0) {
                return true;
            }
        }
        return false;
    }
}
