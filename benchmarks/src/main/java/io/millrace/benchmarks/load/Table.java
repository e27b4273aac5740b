package io.millrace.benchmarks.load;

import java.util.ArrayList;
import java.util.List;

/** Figures as a Markdown table: each with min / median / max of its rounds. */
public final class Table {
    private static final List<String> HEAD = List.of("figure", "unit", "measured", "floor", "ratio", "goal");

    private Table() {}

    public static String of(List<Figure> figures) {
        var lines = new ArrayList<List<String>>();
        lines.add(HEAD);
        figures.forEach(figure -> lines.add(figure.cells()));
        int[] widths = new int[HEAD.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            line(text, lines.get(i), widths);
            if (i == 0) {
                for (int width : widths) {
                    text.append("|-").append("-".repeat(width)).append('-');
                }
                text.append("|\n");
            }
        }
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            text.append("| ")
                    .append(cell)
                    .append(" ".repeat(widths[i] - cell.length()))
                    .append(' ');
        }
        text.append("|\n");
    }
}
