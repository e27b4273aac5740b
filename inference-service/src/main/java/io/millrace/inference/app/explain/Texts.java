package io.millrace.inference.app.explain;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The texts of some rows, so that a row can hold a text's number in place of it; 0 is the empty one. Used by one thread. */
public final class Texts {
    private final List<byte[]> texts = new ArrayList<>(List.of(new byte[0]));
    private final Map<ByteBuffer, Integer> numbers = new HashMap<>(Map.of(ByteBuffer.allocate(0), 0));

    double number(ByteBuffer text) {
        return numbers.computeIfAbsent(text.duplicate(), given -> {
            byte[] bytes = new byte[given.remaining()];
            given.duplicate().get(bytes);
            texts.add(bytes);
            return texts.size() - 1;
        });
    }

    byte[] text(double number) {
        return texts.get((int) number);
    }
}
