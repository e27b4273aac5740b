package io.millrace.models.kernel.learn;

import io.millrace.models.kernel.random.Seeded;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;

/**
 * A tree that splits a leaf once the examples in it show, with the confidence of Hoeffding's bound, which split is the best (VFDT: Domingos and
 * Hulten 2000, "Mining high-speed data streams", KDD); with {@link TreeSettings#adaptive} one that grows branches anew beside those whose error rises and
 * replaces them when the new ones are better (Bifet and Gavaldà 2009, "Adaptive learning from evolving data streams", IDA). Splits have two ways.
 *
 * <p>Memory is bounded by the settings: nodes, and leaves with statistics. A leaf that lost its statistics does not get them back.
 */
public final class HoeffdingTree implements Classifier {
    private final FeatureSpace space;
    private final TreeSettings settings;
    private final GrowingTree tree;

    public HoeffdingTree(FeatureSpace space, TreeSettings settings, long seed) {
        this(space, settings, new GrowingTree(space, settings, new Seeded(seed)));
    }

    private HoeffdingTree(FeatureSpace space, TreeSettings settings, GrowingTree tree) {
        this.space = space;
        this.settings = settings;
        this.tree = tree;
    }

    @Override
    public FeatureSpace space() {
        return space;
    }

    @Override
    public double predict(Example example) {
        return tree.predict(example);
    }

    @Override
    public Outcome learn(Example example, double label) {
        Outcome row = Outcome.ofRow(example);
        if (row != Outcome.LEARNED) return row;
        Outcome ofLabel = Outcome.ofClass(label);
        if (ofLabel == Outcome.LEARNED) tree.learn(example, (int) label, 1);
        return ofLabel;
    }

    /** How many nodes there are, those of alternate branches included. */
    public int nodes() {
        return tree.nodes();
    }

    /** How many leaves keep statistics. */
    public int activeLeaves() {
        return tree.activeLeaves();
    }

    /** The tree as it is now; empty where a leaf predicts by naive Bayes over categories, for which there is no plain form. */
    public Optional<TreeForm> form() {
        return Optional.ofNullable(tree.form());
    }

    @Override
    public void write(DataOutput out) throws IOException {
        States.head(out, States.TREE);
        space.write(out);
        settings.write(out);
        tree.write(out);
    }

    static HoeffdingTree readBody(DataInput in) throws IOException {
        FeatureSpace space = FeatureSpace.read(in);
        TreeSettings settings = TreeSettings.read(in);
        return new HoeffdingTree(space, settings, GrowingTree.read(space, settings, in));
    }
}
