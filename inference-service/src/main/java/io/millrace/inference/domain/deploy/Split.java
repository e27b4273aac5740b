package io.millrace.inference.domain.deploy;

import java.util.List;

/**
 * Splits keys by weights, each key always the same way: weighted rendezvous hashing (Schindelhauer and Schomaker, "Weighted distributed hash tables",
 * 2005, the logarithmic method). A key belongs to the candidate with the greatest {@code -weight / ln u}, where {@code u} is uniform in (0, 1) and
 * drawn from the key and the candidate's name. So a change of weights moves no key between two candidates of which neither gained
 * against the other, and no key depends on the order of the candidates. Immutable.
 */
public final class Split {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final long[] seeds;
    private final double[] weights;
    private final double whole;

    /**
     * @param salt what makes this split independent of others over the same keys
     * @param names of the candidates, each once
     * @param weights 0 or more each, of which one is above 0; a candidate with 0 gets nothing
     */
    public Split(String salt, List<String> names, List<Double> weights) {
        if (names.size() != weights.size()) {
            throw new IllegalArgumentException(names.size() + " names, " + weights.size() + " weights");
        }
        this.seeds = names.stream().mapToLong(name -> hash(salt + "/" + name)).toArray();
        this.weights = weights.stream().mapToDouble(Double::doubleValue).toArray();
        double sum = 0;
        for (double weight : this.weights) {
            if (!(weight >= 0) || Double.isInfinite(weight)) {
                throw new IllegalArgumentException("a weight must be 0 or more, was " + weight);
            }
            sum += weight;
        }
        if (sum <= 0) {
            throw new IllegalArgumentException("one weight must be above 0, were " + weights);
        }
        this.whole = sum;
    }

    /** Which candidate the key belongs to, counted from 0. */
    public int of(String key) {
        long hash = hash(key);
        int best = -1;
        double most = -1;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                double score = -weights[i] / Math.log(unit(mix(hash + seeds[i])));
                if (score > most) {
                    most = score;
                    best = i;
                }
            }
        }
        return best;
    }

    /** The share of all keys that belongs to a candidate: the probability with which it was chosen. 0 to 1. */
    public double share(int candidate) {
        return weights[candidate] / whole;
    }

    /** Whether the key is in a sample of so many percent, independent of every split. */
    public static boolean samples(String salt, String key, double percent) {
        return percent >= 100 || unit(mix(hash(key) + hash(salt))) * 100 < percent;
    }

    /** A number in (0, 1) that follows from the key, evenly over keys and independent of every split and of other salts. */
    public static double uniform(String salt, String key) {
        return unit(mix(hash(key) + hash(salt)));
    }

    /** FNV-1a over the characters, then mixed. The same on every machine and in every release. */
    public static long hash(String text) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return mix(hash);
    }

    /** Stafford's variant 13 of MurmurHash3's finalizer. */
    private static long mix(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** In (0, 1), both excluded. */
    private static double unit(long bits) {
        return ((bits >>> 11) + 0.5) * 0x1.0p-53;
    }
}
