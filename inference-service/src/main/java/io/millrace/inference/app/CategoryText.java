package io.millrace.inference.app;

/** A value as the text that models take it as. */
public final class CategoryText {
    private static final char REPLACEMENT = '\uFFFD';

    private CategoryText() {}

    /**
     * The value's text: as it is of texts, {@code true} or {@code false} of a flag, digits of numbers. What lies beyond the basic plane of Unicode, and the character 0, become U+FFFD:
     * ONNX Runtime's Java interface does not hand these on as UTF-8, and a text is to be the same to a model and to what learned it.
     */
    public static String of(Object value) {
        String text = value.toString();
        for (int i = 0; i < text.length(); i++) {
            if (!isPlain(text.charAt(i))) {
                return replaced(text);
            }
        }
        return text;
    }

    private static boolean isPlain(char character) {
        return character != 0 && !Character.isSurrogate(character);
    }

    private static String replaced(String text) {
        var plain = new StringBuilder(text.length());
        text.codePoints()
                .forEach(point -> plain.append(
                        Character.isBmpCodePoint(point) && isPlain((char) point) ? (char) point : REPLACEMENT));
        return plain.toString();
    }
}
