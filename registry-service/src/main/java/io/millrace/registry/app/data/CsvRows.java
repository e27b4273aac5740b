package io.millrace.registry.app.data;

import io.millrace.gate.Refusal;
import io.millrace.registry.app.RegistryReason;
import io.millrace.registry.domain.validation.Dialect;
import io.millrace.registry.domain.validation.Rows;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows from CSV after RFC 4180 with a header line: commas, double quotes doubled inside quotes, lines that end with CRLF or LF. An empty field is null, {@code ""} is
 * the empty text. A blank line is skipped.
 */
public final class CsvRows implements Rows {
    private static final int MAX_COLUMNS = 10_000;

    private final String text;
    private final List<String> columns;
    private final List<@Nullable Object> fields = new ArrayList<>();
    private int at;
    private long line = 1;
    private long row = -1;

    private CsvRows(String text) {
        this.text = text;
        this.at = text.startsWith("\uFEFF") ? 1 : 0;
        if (!record()) {
            throw unreadable("the header line is missing");
        }
        this.columns = new ArrayList<>(fields.size());
        var seen = new HashSet<String>();
        for (Object field : fields) {
            String name = field == null ? "" : ((String) field).strip();
            if (name.isEmpty() || !seen.add(name)) {
                throw unreadable(
                        "the header has a column " + (name.isEmpty() ? "without a name" : "'" + name + "' twice"));
            }
            columns.add(name);
        }
        if (columns.size() > MAX_COLUMNS) {
            throw unreadable("the header has more than " + MAX_COLUMNS + " columns");
        }
    }

    /** Reads UTF-8 bytes, with or without a byte order mark. */
    public static RowData of(byte[] bytes) {
        return () -> {
            try {
                return new CsvRows(StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(bytes))
                        .toString());
            } catch (CharacterCodingException e) {
                throw new Refusal(RegistryReason.ROWS_UNREADABLE, "the CSV is not UTF-8", e);
            }
        };
    }

    @Override
    public Dialect dialect() {
        return Dialect.CSV;
    }

    @Override
    public List<String> columns() {
        return columns;
    }

    @Override
    public @Nullable Object @Nullable [] next() {
        row++;
        do {
            if (!record()) {
                return null;
            }
        } while (fields.size() == 1 && fields.getFirst() == null && columns.size() > 1);
        if (fields.size() != columns.size()) {
            throw unreadable("row " + row + " (line " + line + ") has " + fields.size() + " fields, the header has "
                    + columns.size());
        }
        return fields.toArray();
    }

    @Override
    public void close() {}

    /** Reads the next record into {@link #fields}; false at the end. */
    private boolean record() {
        fields.clear();
        if (at >= text.length()) {
            return false;
        }
        while (true) {
            fields.add(at < text.length() && text.charAt(at) == '"' ? quoted() : unquoted());
            if (at >= text.length()) {
                return true;
            }
            char end = text.charAt(at++);
            if (end == ',') {
                continue;
            }
            if (end == '\r' && at < text.length() && text.charAt(at) == '\n') {
                at++;
            }
            line++;
            return true;
        }
    }

    private @Nullable String unquoted() {
        int start = at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ',' || c == '\n' || (c == '\r' && at + 1 < text.length() && text.charAt(at + 1) == '\n')) {
                break;
            }
            if (c == '"') {
                throw unreadable("line " + line + " has a quote inside a field that does not begin with one");
            }
            at++;
        }
        return at == start ? null : text.substring(start, at);
    }

    private String quoted() {
        var field = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                if (at < text.length() && text.charAt(at) == '"') {
                    at++;
                } else {
                    checkEnd();
                    return field.toString();
                }
            } else if (c == '\n') {
                line++;
            }
            field.append(c);
        }
        throw unreadable("a quoted field does not end");
    }

    private void checkEnd() {
        boolean ends =
                at >= text.length() || text.charAt(at) == ',' || text.charAt(at) == '\n' || text.startsWith("\r\n", at);
        if (!ends) {
            throw unreadable("line " + line + " has text after a closing quote");
        }
    }

    private static Refusal unreadable(String message) {
        return new Refusal(RegistryReason.ROWS_UNREADABLE, message);
    }
}
