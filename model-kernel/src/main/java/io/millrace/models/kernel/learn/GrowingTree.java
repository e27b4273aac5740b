package io.millrace.models.kernel.learn;

import io.millrace.models.kernel.drift.Adwin;
import io.millrace.models.kernel.learn.TreeNode.Place;
import io.millrace.models.kernel.learn.TreeNode.Split;
import io.millrace.models.kernel.random.Seeded;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A Hoeffding tree with weights of examples, as {@link HoeffdingTree} and {@link AdaptiveRandomForest} need it. */
final class GrowingTree {
    /** A leaf that is this sure is left alone. */
    private static final double SURE = 0.99;

    /** Examples before a branch and its alternate are compared, and the significance of the comparison (Bifet and Gavaldà 2009, as in MOA and River). */
    private static final int COMPARED_FROM = 300;

    private static final double COMPARED_AT = 0.05;

    private final FeatureSpace space;
    private final TreeSettings settings;
    private final Seeded random;
    private final Place root;
    private int nodes;
    private int activeLeaves;

    GrowingTree(FeatureSpace space, TreeSettings settings, Seeded random) {
        this(space, settings, random, firstLeaf(space, settings, random));
    }

    private GrowingTree(FeatureSpace space, TreeSettings settings, Seeded random, Place root) {
        this.space = space;
        this.settings = settings;
        this.random = random;
        this.root = root;
        recount();
    }

    private static Place firstLeaf(FeatureSpace space, TreeSettings settings, Seeded random) {
        return place(leaf(space, settings, random, 0, 0), settings);
    }

    int nodes() {
        return nodes;
    }

    int activeLeaves() {
        return activeLeaves;
    }

    double predict(Example example) {
        return leafOf(root.node, example).probability(example, settings.leaf());
    }

    private static Leaf leafOf(TreeNode from, Example example) {
        TreeNode node = from;
        while (node instanceof Split split) node = split.way(example).node;
        return (Leaf) node;
    }

    void learn(Example example, int label, double weight) {
        learn(root, example, label, weight, 0, true);
    }

    private void learn(Place from, Example example, int label, double weight, int depth, boolean main) {
        boolean wrong = settings.adaptive() && isWrong(from.node, example, label);
        Place place = from;
        int at = depth;
        while (true) {
            if (settings.adaptive() && watch(place, wrong, main)) wrong = isWrong(place.node, example, label);
            Place alternate = place.alternate;
            if (alternate != null) learn(alternate, example, label, weight, at, false);
            if (!(place.node instanceof Split split)) break;
            place = split.way(example);
            at++;
        }
        Leaf leaf = (Leaf) place.node;
        leaf.learn(example, label, weight, settings.leaf());
        attempt(place, leaf, at);
    }

    private boolean isWrong(TreeNode node, Example example, int label) {
        return leafOf(node, example).probability(example, settings.leaf()) > 0.5 != (label == 1);
    }

    /** Watches the error of a branch. Returns whether its alternate has taken its place. */
    private boolean watch(Place place, boolean wrong, boolean main) {
        Adwin error = place.error;
        if (error == null) return false;
        double before = error.mean();
        boolean rose = error.update(wrong ? 1 : 0) && error.mean() > before;
        if (!main) return false;
        Place alternate = place.alternate;
        if (alternate == null) {
            if (rose && place.node instanceof Split && nodes < settings.mostNodes()) {
                place.alternate = place(newLeaf(0, 0));
                nodes++;
                activeLeaves++;
                boundActiveLeaves();
            }
            return false;
        }
        Adwin others = alternate.error;
        if (others == null || error.width() <= COMPARED_FROM || others.width() <= COMPARED_FROM) return false;
        double mean = error.mean();
        double bound = Math.sqrt(
                2 * mean * (1 - mean) * StrictMath.log(2 / COMPARED_AT) * (1.0 / error.width() + 1.0 / others.width()));
        boolean better = mean - others.mean() > bound;
        if (better) {
            place.node = alternate.node;
            place.error = others;
        }
        if (better || others.mean() - mean > bound) {
            place.alternate = null;
            recount();
        }
        return better;
    }

    private void attempt(Place place, Leaf leaf, int depth) {
        Observations of = leaf.observations;
        double weight = leaf.weight();
        if (of == null || weight - leaf.lastAttempt < settings.grace()) return;
        leaf.lastAttempt = weight;
        if (depth >= settings.mostDepth() || nodes + 2 > settings.mostNodes()) return;
        if (Math.max(leaf.share(), 1 - leaf.share()) >= SURE) return;
        SplitSearch search = new SplitSearch(leaf, of);
        // The range of the gain is log2 of two classes.
        double bound = Math.sqrt(StrictMath.log(1 / settings.delta()) / (2 * weight));
        if (search.bestMerit <= 0) return;
        if (search.bestMerit - Math.max(0, search.secondMerit) <= bound && bound >= settings.tau()) return;
        double left0 = search.bestLeft[0];
        double left1 = search.bestLeft[1];
        Place left = place(newLeaf(left0, left1));
        Place right = place(newLeaf(leaf.seen[0] - left0, leaf.seen[1] - left1));
        place.node = new Split(search.bestColumn, search.bestThreshold, search.bestSlot, left, right);
        nodes += 2;
        activeLeaves++;
        boundActiveLeaves();
    }

    private Place place(TreeNode node) {
        return place(node, settings);
    }

    private static Place place(TreeNode node, TreeSettings settings) {
        Place place = new Place(node);
        if (settings.adaptive()) place.error = new Adwin();
        return place;
    }

    private Leaf newLeaf(double negative, double positive) {
        return leaf(space, settings, random, negative, positive);
    }

    private static Leaf leaf(
            FeatureSpace space, TreeSettings settings, Seeded random, double negative, double positive) {
        return new Leaf(
                negative, positive, new Observations(space.denseColumns(), drawnColumns(space, settings, random)));
    }

    private static int[] drawnColumns(FeatureSpace space, TreeSettings settings, Seeded random) {
        int all = space.denseColumns() + space.categories().size();
        int[] columns = new int[all];
        for (int i = 0; i < all; i++) columns[i] = i;
        int wanted = settings.columnsPerLeaf();
        if (wanted == 0 || wanted >= all) return columns;
        for (int i = 0; i < wanted; i++) {
            int other = i + random.below(all - i);
            int column = columns[i];
            columns[i] = columns[other];
            columns[other] = column;
        }
        int[] drawn = java.util.Arrays.copyOf(columns, wanted);
        java.util.Arrays.sort(drawn);
        return drawn;
    }

    private void boundActiveLeaves() {
        if (activeLeaves <= settings.mostActiveLeaves()) return;
        var leaves = new ArrayList<Leaf>();
        each(root, place -> {
            if (place.node instanceof Leaf leaf && leaf.observations != null) leaves.add(leaf);
        });
        // A stable sort of an order that follows from the tree: the same leaves after a restart.
        leaves.sort(Comparator.comparingDouble(Leaf::promise));
        int over = leaves.size() - settings.mostActiveLeaves();
        for (Leaf leaf : leaves.subList(0, over)) leaf.observations = null;
        activeLeaves = leaves.size() - over;
    }

    private void recount() {
        nodes = 0;
        activeLeaves = 0;
        each(root, place -> {
            nodes++;
            if (place.node instanceof Leaf leaf && leaf.observations != null) activeLeaves++;
        });
    }

    private static void each(Place from, Consumer<Place> what) {
        what.accept(from);
        if (from.node instanceof Split split) {
            each(split.left(), what);
            each(split.right(), what);
        }
        Place alternate = from.alternate;
        if (alternate != null) each(alternate, what);
    }

    /** Null where a leaf needs categories to predict. */
    @Nullable
    TreeForm form() {
        var into = new ArrayList<TreeForm.Node>();
        return append(root.node, into) ? new TreeForm(space, into) : null;
    }

    private boolean append(TreeNode node, List<TreeForm.Node> into) {
        if (node instanceof Leaf leaf) {
            TreeForm.Node form = leaf.form(settings.leaf());
            if (form != null) into.add(form);
            return form != null;
        }
        Split split = (Split) node;
        int at = into.size();
        into.add(new TreeForm.Share(0));
        if (!append(split.left().node, into)) return false;
        int right = into.size();
        into.set(at, new TreeForm.Split(split.column(), split.threshold(), split.slot(), at + 1, right));
        return append(split.right().node, into);
    }

    void write(DataOutput out) throws IOException {
        random.write(out);
        write(root, out);
    }

    private static void write(Place place, DataOutput out) throws IOException {
        switch (place.node) {
            case Leaf leaf -> {
                out.writeByte(0);
                leaf.write(out);
            }
            case Split(int column, double threshold, int slot, Place left, Place right) -> {
                out.writeByte(1);
                out.writeInt(column);
                out.writeDouble(threshold);
                out.writeInt(slot);
                write(left, out);
                write(right, out);
            }
        }
        Adwin error = place.error;
        out.writeBoolean(error != null);
        if (error != null) error.write(out);
        Place alternate = place.alternate;
        out.writeBoolean(alternate != null);
        if (alternate != null) write(alternate, out);
    }

    static GrowingTree read(FeatureSpace space, TreeSettings settings, DataInput in) throws IOException {
        Seeded random = Seeded.read(in);
        return new GrowingTree(space, settings, random, readPlace(in, space.denseColumns()));
    }

    private static Place readPlace(DataInput in, int dense) throws IOException {
        byte kind = in.readByte();
        Place place = new Place(
                switch (kind) {
                    case 0 -> Leaf.read(in, dense);
                    case 1 ->
                        new Split(
                                in.readInt(),
                                in.readDouble(),
                                in.readInt(),
                                readPlace(in, dense),
                                readPlace(in, dense));
                    default -> throw new IOException("node of kind " + kind + " is not known");
                });
        if (in.readBoolean()) place.error = Adwin.read(in);
        if (in.readBoolean()) place.alternate = readPlace(in, dense);
        return place;
    }
}
