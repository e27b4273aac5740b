package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a model and where each value of them lies. A category of b bits has 2^b slots, and its values are hashed into them (Weinberger et al.
 * 2009, "Feature hashing for large scale multitask learning", ICML): memory is bounded however many values there are, at the price of collisions.
 */
public final class FeatureSpace {
    /** More would be 32 MiB of weights for one field. */
    public static final int MOST_BITS = 22;

    private static final byte VERSION = 1;

    /** @param bits of the hash that are kept, 1 to {@value #MOST_BITS} */
    public record Category(String name, int bits) {
        public Category {
            if (bits < 1 || bits > MOST_BITS) {
                throw new IllegalArgumentException("bits of " + name + " must be 1 to " + MOST_BITS + ", was " + bits);
            }
        }
    }

    /**
     * Two columns by name. Of two numbers it is their product; of two categories a category of the pair, with the bits of the larger one; of a number and
     * a category a slope of the number for each value of the category.
     */
    public record Interaction(String left, String right) {}

    private final List<String> numbers;
    private final List<Category> categories;
    private final List<Interaction> interactions;

    /** Of each product the two numeric columns. */
    private final int[][] products;

    /** Of each field behind the categories its one or two categories. */
    private final int[][] crossed;

    private final int[] bits;
    private final int[] seeds;
    private final int[] offsets;
    private final int[] multipliers;
    private final int slots;

    /** @throws IllegalArgumentException when a name is there twice, or an interaction names what is not there */
    public FeatureSpace(List<String> numbers, List<Category> categories, List<Interaction> interactions) {
        this.numbers = List.copyOf(numbers);
        this.categories = List.copyOf(categories);
        this.interactions = List.copyOf(interactions);
        var names = new ArrayList<>(numbers);
        categories.forEach(category -> names.add(category.name()));
        if (names.stream().distinct().count() != names.size()) {
            throw new IllegalArgumentException("a column is there twice in " + names);
        }
        var productList = new ArrayList<int[]>();
        var crossedList = new ArrayList<int[]>();
        var multiplierList = new ArrayList<Integer>();
        var seedList = new ArrayList<Integer>();
        for (Interaction pair : interactions) {
            int left = names.indexOf(pair.left());
            int right = names.indexOf(pair.right());
            if (left < 0 || right < 0) throw new IllegalArgumentException(pair + " names what is not in " + names);
            int first = Math.min(left, right);
            int second = Math.max(left, right);
            if (second < numbers.size()) {
                productList.add(new int[] {first, second});
            } else {
                boolean slope = first < numbers.size();
                int category = second - numbers.size();
                crossedList.add(slope ? new int[] {category} : new int[] {first - numbers.size(), category});
                multiplierList.add(slope ? first : -1);
                seedList.add(Murmur3.of(pair.left() + '\0' + pair.right(), 0));
            }
        }
        products = productList.toArray(int[][]::new);
        crossed = crossedList.toArray(int[][]::new);
        int fields = categories.size() + crossed.length;
        bits = new int[fields];
        seeds = new int[fields];
        offsets = new int[fields];
        multipliers = new int[fields];
        int next = 0;
        for (int field = 0; field < fields; field++) {
            int behind = field - categories.size();
            multipliers[field] = behind < 0 ? -1 : multiplierList.get(behind);
            seeds[field] = behind < 0 ? Murmur3.of(categories.get(field).name(), 0) : seedList.get(behind);
            bits[field] = behind < 0
                    ? categories.get(field).bits()
                    : Arrays.stream(crossed[behind])
                            .map(category -> categories.get(category).bits())
                            .max()
                            .orElseThrow();
            offsets[field] = next;
            next = Math.addExact(next, 1 << bits[field]);
        }
        slots = next;
    }

    /** Numeric columns alone. */
    public static FeatureSpace ofNumbers(String... names) {
        return new FeatureSpace(List.of(names), List.of(), List.of());
    }

    public List<String> numbers() {
        return numbers;
    }

    public List<Category> categories() {
        return categories;
    }

    public List<Interaction> interactions() {
        return interactions;
    }

    /** Numeric columns and products. */
    public int denseColumns() {
        return numbers.size() + products.length;
    }

    /** The two numeric columns of a dense column behind the numeric ones. */
    public int[] product(int denseColumn) {
        return products[denseColumn - numbers.size()].clone();
    }

    /** Categories and interactions with one. */
    public int sparseFields() {
        return bits.length;
    }

    /** How many slots all sparse fields have together. */
    public int slots() {
        return slots;
    }

    /** Where a field's slots begin among all. */
    public int offset(int field) {
        return offsets[field];
    }

    /** The numeric column that a field's value is multiplied with; −1 where it is 1. */
    public int multiplier(int field) {
        return multipliers[field];
    }

    /** The categories that a field's slot is of, as their places in {@link #categories}: itself, the one that a number is multiplied with, or the two of a pair. */
    public int[] categoriesOf(int field) {
        return field < categories.size() ? new int[] {field} : crossed[field - categories.size()].clone();
    }

    /**
     * The seed of a field's hash, MurmurHash3_x86_32: of a category that of its text as UTF-8, of a pair that of the eight bytes of the two categories' hashes, little-endian. A number
     * multiplied with a category has the category's own slots.
     */
    public int seed(int field) {
        return seeds[field];
    }

    /** A field's slot is its hash without the lower 32 bits but these. */
    public int bits(int field) {
        return bits[field];
    }

    /** The slot of a category's value, counted within its field. */
    public int slotOf(int category, String value) {
        return Murmur3.of(value, seeds[category]) >>> (32 - bits[category]);
    }

    /**
     * The example of a row.
     *
     * @param numbers in the order of {@link #numbers}; what is not finite is refused by learners, not here
     * @param texts in the order of {@link #categories}; null where the value is missing, which is an absent slot and not one of its own
     */
    public Example example(double[] numbers, @Nullable String[] texts) {
        if (numbers.length != this.numbers.size() || texts.length != categories.size()) {
            throw new IllegalArgumentException("a row has %d numbers and %d categories, was %d and %d"
                    .formatted(this.numbers.size(), categories.size(), numbers.length, texts.length));
        }
        double[] dense = Arrays.copyOf(numbers, denseColumns());
        for (int i = 0; i < products.length; i++) {
            dense[numbers.length + i] = numbers[products[i][0]] * numbers[products[i][1]];
        }
        int[] found = new int[bits.length];
        for (int field = 0; field < texts.length; field++) {
            String text = texts[field];
            found[field] = text == null ? Example.ABSENT : slotOf(field, text);
        }
        for (int i = 0; i < crossed.length; i++) found[texts.length + i] = crossedSlot(i, found, texts);
        return new Example(dense, found);
    }

    private int crossedSlot(int interaction, int[] found, @Nullable String[] texts) {
        int[] of = crossed[interaction];
        if (of.length == 1) return found[of[0]];
        String first = texts[of[0]];
        String second = texts[of[1]];
        if (first == null || second == null) return Example.ABSENT;
        int field = categories.size() + interaction;
        int hash = Murmur3.ofPair(Murmur3.of(first, seeds[of[0]]), Murmur3.of(second, seeds[of[1]]), seeds[field]);
        return hash >>> (32 - bits[field]);
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeShort(numbers.size());
        for (String name : numbers) out.writeUTF(name);
        out.writeShort(categories.size());
        for (Category category : categories) {
            out.writeUTF(category.name());
            out.writeByte(category.bits());
        }
        out.writeShort(interactions.size());
        for (Interaction pair : interactions) {
            out.writeUTF(pair.left());
            out.writeUTF(pair.right());
        }
    }

    public static FeatureSpace read(DataInput in) throws IOException {
        byte version = in.readByte();
        if (version != VERSION) throw new IOException("columns of version " + version + " are not known");
        var numbers = new ArrayList<String>();
        for (int left = in.readUnsignedShort(); left > 0; left--) numbers.add(in.readUTF());
        var categories = new ArrayList<Category>();
        for (int left = in.readUnsignedShort(); left > 0; left--)
            categories.add(new Category(in.readUTF(), in.readByte()));
        var interactions = new ArrayList<Interaction>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            interactions.add(new Interaction(in.readUTF(), in.readUTF()));
        }
        return new FeatureSpace(numbers, categories, interactions);
    }
}
