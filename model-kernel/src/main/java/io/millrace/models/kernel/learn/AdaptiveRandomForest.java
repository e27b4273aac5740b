package io.millrace.models.kernel.learn;

import io.millrace.models.kernel.drift.Adwin;
import io.millrace.models.kernel.random.Seeded;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Trees over random columns that each see an example as often as a draw from Poisson(6) says, and are replaced when their error rises (Gomes et al. 2017,
 * "Adaptive random forests for evolving data stream classification", Machine Learning 106). ADWIN at 0.01 warns, and a tree is begun in the
 * background; at 0.001 it takes the place of the old one. Votes are weighted by the share of each tree's right predictions. The constants are the paper's.
 */
public final class AdaptiveRandomForest implements Classifier {
    /**
     * @param trees 1 to 200
     * @param mean of the Poisson draws, above 0 to 100
     * @param warning ADWIN's delta for a warning
     * @param change ADWIN's delta for a change, below that of the warning
     * @param tree with columns per leaf 0: the root of how many there are, rounded
     */
    public record Settings(int trees, double mean, double warning, double change, TreeSettings tree) {
        /** River's, which are the paper's but for ten trees. */
        public static final Settings DEFAULTS = new Settings(10, 6, 0.01, 0.001, TreeSettings.OF_A_FOREST);

        public Settings {
            if (trees < 1 || trees > 200) throw new IllegalArgumentException("trees must be 1 to 200, was " + trees);
            if (!(mean > 0 && mean <= 100))
                throw new IllegalArgumentException("mean must be above 0 to 100, was " + mean);
            if (!(change > 0 && change <= warning && warning < 1)) {
                throw new IllegalArgumentException("0 < change <= warning < 1 must hold: " + change + " " + warning);
            }
        }
    }

    private final FeatureSpace space;
    private final Settings settings;
    private final TreeSettings treeSettings;
    private final Seeded random;
    private final Member[] members;

    private static final class Member {
        GrowingTree tree;

        @Nullable
        GrowingTree background;

        Adwin warning;
        Adwin change;
        long right;
        long total;

        Member(GrowingTree tree, Adwin warning, Adwin change) {
            this.tree = tree;
            this.warning = warning;
            this.change = change;
        }

        double weight() {
            return total == 0 ? 1 : (double) right / total;
        }
    }

    public AdaptiveRandomForest(FeatureSpace space, Settings settings, long seed) {
        this(space, settings, new Seeded(seed));
        for (int i = 0; i < members.length; i++) {
            members[i] = new Member(newTree(), new Adwin(settings.warning()), new Adwin(settings.change()));
        }
    }

    private AdaptiveRandomForest(FeatureSpace space, Settings settings, Seeded random) {
        this.space = space;
        this.settings = settings;
        this.random = random;
        int columns = space.denseColumns() + space.categories().size();
        TreeSettings tree = settings.tree();
        treeSettings = tree.columnsPerLeaf() > 0
                ? tree
                : tree.withColumnsPerLeaf((int) Math.max(1, Math.round(Math.sqrt(columns))));
        members = new Member[settings.trees()];
    }

    private GrowingTree newTree() {
        return new GrowingTree(space, treeSettings, random.split());
    }

    @Override
    public FeatureSpace space() {
        return space;
    }

    @Override
    public double predict(Example example) {
        double votes = 0;
        double weights = 0;
        for (Member member : members) {
            double weight = member.weight();
            votes += weight * member.tree.predict(example);
            weights += weight;
        }
        return weights > 0 ? votes / weights : 0.5;
    }

    @Override
    public Outcome learn(Example example, double label) {
        Outcome row = Outcome.ofRow(example);
        if (row != Outcome.LEARNED) return row;
        Outcome ofLabel = Outcome.ofClass(label);
        if (ofLabel != Outcome.LEARNED) return ofLabel;
        for (Member member : members) learn(member, example, (int) label);
        return Outcome.LEARNED;
    }

    private void learn(Member member, Example example, int label) {
        boolean wrong = member.tree.predict(example) > 0.5 != (label == 1);
        member.total++;
        if (!wrong) member.right++;
        int times = random.poisson(settings.mean());
        if (times > 0) {
            member.tree.learn(example, label, times);
            GrowingTree background = member.background;
            if (background != null) background.learn(example, label, times);
        }
        if (rose(member.warning, wrong)) {
            member.background = newTree();
            member.warning = new Adwin(settings.warning());
        }
        if (rose(member.change, wrong)) {
            GrowingTree background = member.background;
            member.tree = background == null ? newTree() : background;
            member.background = null;
            member.warning = new Adwin(settings.warning());
            member.change = new Adwin(settings.change());
            member.right = 0;
            member.total = 0;
        }
    }

    private static boolean rose(Adwin error, boolean wrong) {
        double before = error.mean();
        return error.update(wrong ? 1 : 0) && error.mean() > before;
    }

    /** The forest as it is now; empty where a leaf predicts by naive Bayes over categories, for which there is no plain form. */
    public Optional<ForestForm> form() {
        var trees = new ArrayList<TreeForm>();
        double[] weights = new double[members.length];
        for (int i = 0; i < members.length; i++) {
            TreeForm form = members[i].tree.form();
            if (form == null) return Optional.empty();
            trees.add(form);
            weights[i] = members[i].weight();
        }
        return Optional.of(new ForestForm(space, weights, trees));
    }

    /** How many nodes all trees have together, those in the background included. */
    public int nodes() {
        int nodes = 0;
        for (Member member : members) {
            GrowingTree background = member.background;
            nodes += member.tree.nodes() + (background == null ? 0 : background.nodes());
        }
        return nodes;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        States.head(out, States.FOREST);
        space.write(out);
        out.writeInt(settings.trees());
        out.writeDouble(settings.mean());
        out.writeDouble(settings.warning());
        out.writeDouble(settings.change());
        settings.tree().write(out);
        random.write(out);
        for (Member member : members) {
            member.tree.write(out);
            GrowingTree background = member.background;
            out.writeBoolean(background != null);
            if (background != null) background.write(out);
            member.warning.write(out);
            member.change.write(out);
            out.writeLong(member.right);
            out.writeLong(member.total);
        }
    }

    static AdaptiveRandomForest readBody(DataInput in) throws IOException {
        FeatureSpace space = FeatureSpace.read(in);
        Settings settings =
                new Settings(in.readInt(), in.readDouble(), in.readDouble(), in.readDouble(), TreeSettings.read(in));
        AdaptiveRandomForest forest = new AdaptiveRandomForest(space, settings, Seeded.read(in));
        for (int i = 0; i < forest.members.length; i++) {
            GrowingTree tree = GrowingTree.read(space, forest.treeSettings, in);
            GrowingTree background = in.readBoolean() ? GrowingTree.read(space, forest.treeSettings, in) : null;
            Member member = new Member(tree, Adwin.read(in), Adwin.read(in));
            member.background = background;
            member.right = in.readLong();
            member.total = in.readLong();
            forest.members[i] = member;
        }
        return forest;
    }
}
