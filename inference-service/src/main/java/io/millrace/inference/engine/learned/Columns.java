package io.millrace.inference.engine.learned;

import static io.millrace.inference.engine.onnx.OnnxGraph.whole;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.millrace.inference.app.learn.LearnedModel;
import io.millrace.inference.engine.onnx.OnnxGraph;
import io.millrace.models.kernel.learn.FeatureSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** The columns of a learner in a graph: its inputs, the products of numbers, the slots that texts are hashed into. */
final class Columns {
    /** Since the eighteenth version there is a BitwiseOr. */
    static final long OPERATORS = 18;

    /** Where ONNX Runtime has MurmurHash3_x86_32. */
    private static final String HASHES = "com.microsoft";

    private final OnnxGraph graph;
    private final FeatureSpace space;
    private final Map<Integer, String> hashes = new HashMap<>();
    private final Map<Integer, String> slots = new HashMap<>();

    /** The numbers and products as [rows, columns]; blank where there are none. */
    private final String dense;

    private final String texts;

    Columns(OnnxGraph graph, FeatureSpace space) {
        this.graph = graph;
        this.space = space;
        int numbers = space.numbers().size();
        int categories = space.categories().size();
        String plain = numbers > 0 ? graph.input(LearnedModel.NUMBERS, DataType.DOUBLE, numbers) : "";
        texts = categories > 0 ? graph.input(LearnedModel.CATEGORIES, DataType.STRING, categories) : "";
        dense = space.denseColumns() > numbers
                ? graph.add("Concat", List.of(plain, products(plain)), whole("axis", 1))
                : plain;
        if (categories > 0) {
            graph.uses(HASHES, 1);
        }
    }

    private String products(String plain) {
        int numbers = space.numbers().size();
        long count = space.denseColumns() - (long) numbers;
        var sides = new ArrayList<String>();
        for (int side = 0; side < 2; side++) {
            int which = side;
            long[] places = LongStream.range(0, count)
                    .map(i -> space.product(numbers + (int) i)[which])
                    .toArray();
            sides.add(graph.add("Gather", List.of(plain, graph.longs(List.of(count), places)), whole("axis", 1)));
        }
        return graph.add("Mul", sides);
    }

    boolean hasNumbers() {
        return !dense.isEmpty();
    }

    String dense() {
        return dense;
    }

    /** The slot that a row has in a field, INT64 [rows, 1]. */
    String slot(int field) {
        return slots.computeIfAbsent(field, _ -> {
            String high = graph.add(
                    "BitShift",
                    List.of(hash(field), graph.unsigned(Integer.SIZE - space.bits(field))),
                    OnnxGraph.text("direction", "RIGHT"));
            return graph.add("Cast", List.of(high), whole("to", DataType.INT64_VALUE));
        });
    }

    /** The hash that a field's slot is of, UINT32 [rows, 1]. */
    private String hash(int field) {
        int[] of = space.categoriesOf(field);
        if (of.length == 2) {
            return murmur(pair(hash(of[0]), hash(of[1])), space.seed(field));
        }
        int category = of[0];
        String known = hashes.get(category);
        if (known != null) {
            return known;
        }
        String text = graph.add("Gather", List.of(texts, graph.longs(List.of(1L), category)), whole("axis", 1));
        String hash = murmur(text, space.seed(category));
        hashes.put(category, hash);
        return hash;
    }

    /** Two hashes as one number of 64 bits, whose bytes, little-endian, are those of the first and then of the second. */
    private String pair(String first, String second) {
        String low = graph.add("Cast", List.of(first), whole("to", DataType.UINT64_VALUE));
        String wide = graph.add("Cast", List.of(second), whole("to", DataType.UINT64_VALUE));
        String high = graph.add(
                "BitShift", List.of(wide, graph.unsigned((long) Integer.SIZE)), OnnxGraph.text("direction", "LEFT"));
        return graph.add("BitwiseOr", List.of(low, high));
    }

    private String murmur(String input, int seed) {
        String output = graph.name();
        return graph.add(NodeProto.newBuilder()
                .setName(output)
                .setDomain(HASHES)
                .setOpType("MurmurHash3")
                .addInput(input)
                .addOutput(output)
                .addAttribute(whole("seed", Integer.toUnsignedLong(seed)))
                .addAttribute(whole("positive", 1)));
    }
}
