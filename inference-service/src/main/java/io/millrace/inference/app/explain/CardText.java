package io.millrace.inference.app.explain;

import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.domain.explain.ModelCard;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A card as Markdown. */
public final class CardText {
    private static final String NOT_MEASURED = "Not measured.\n";

    private CardText() {}

    public static String of(ModelCard card) {
        var text = new StringBuilder();
        text.append("# ")
                .append(plain(card.name()))
                .append(' ')
                .append(plain(card.version()))
                .append("\n\n");
        table(
                text,
                List.of("what", "is"),
                List.of(
                        List.of("engine", card.engine()),
                        List.of("file", card.file()),
                        List.of("SHA-256", card.digest()),
                        List.of("signed by", card.signer().isEmpty() ? "nobody was asked for" : card.signer()),
                        List.of("explained", card.explained())));
        text.append("\n## Data\n\n");
        text.append(
                card.data().rows() == 0
                        ? "No rows of what it was made of are known.\n"
                        : card.data().rows() + " of the " + plain(card.data().source()) + ".\n");
        if (!card.columns().isEmpty()) {
            text.append('\n');
            table(
                    text,
                    List.of("column", "from", "view", "imputed", "least", "median", "most"),
                    rows(
                            card.columns(),
                            column -> List.of(
                                    column.name(),
                                    column.from(),
                                    column.view(),
                                    number(column.impute()),
                                    number(column.least()),
                                    number(column.median()),
                                    number(column.most()))));
        }
        text.append("\n## Signature\n\n");
        table(text, List.of("input", "type", "shape"), rows(card.inputs(), CardText::tensor));
        text.append('\n');
        table(text, List.of("output", "type", "shape"), rows(card.outputs(), CardText::tensor));
        text.append("\n## Metrics\n\n");
        part(text, card.metrics(), List.of("metric", "window", "value", "interval", "rows"), CardText::metric);
        text.append("\n## Slices\n\n");
        part(
                text,
                card.slices(),
                List.of("rows", "metric", "window", "value", "interval", "rows"),
                slice -> java.util.stream.Stream.concat(
                                java.util.stream.Stream.of(slice.condition()), metric(slice.metric()).stream())
                        .toList());
        text.append("\n## Uses\n\n");
        if (card.uses().isEmpty()) {
            text.append("No deployment names it.\n");
        } else {
            table(
                    text,
                    List.of("deployment", "revision", "since", "as", "percent"),
                    rows(
                            card.uses(),
                            use -> List.of(
                                    use.deployment(),
                                    String.valueOf(use.revision()),
                                    use.since(),
                                    use.role(),
                                    number(use.percent()))));
        }
        text.append("\n## Decisions\n\n");
        if (card.promotions().isEmpty()) {
            text.append("No experiment decided on it.\n");
        } else {
            table(
                    text,
                    List.of("when", "deployment", "decision", "by", "evidence"),
                    rows(
                            card.promotions(),
                            each -> List.of(
                                    each.at(), each.deployment(), each.decision(), each.by(), each.evidence())));
        }
        text.append("\n## Limits\n\n");
        card.limits().forEach(limit -> text.append("* ").append(limit).append('\n'));
        return text.toString();
    }

    private static <T> void part(
            StringBuilder text, List<T> items, List<String> titles, Function<T, List<String>> row) {
        if (items.isEmpty()) {
            text.append(NOT_MEASURED);
        } else {
            table(text, titles, rows(items, row));
        }
    }

    private static <T> List<List<String>> rows(List<T> items, Function<T, List<String>> row) {
        return items.stream().map(row).toList();
    }

    private static List<String> tensor(TensorSpec spec) {
        return List.of(spec.name(), spec.datatype().name(), spec.shape().toString());
    }

    private static List<String> metric(ModelCard.Metric metric) {
        String interval = Double.isNaN(metric.lower())
                ? "not known"
                : number(metric.lower()) + " to " + number(metric.upper()) + " (" + number(100 * metric.confidence())
                        + " %)";
        return List.of(metric.name(), metric.window(), number(metric.value()), interval, String.valueOf(metric.rows()));
    }

    private static void table(StringBuilder text, List<String> titles, List<List<String>> rows) {
        line(text, titles);
        text.append("|---".repeat(titles.size())).append("|\n");
        rows.forEach(row -> line(text, row));
    }

    private static void line(StringBuilder text, List<String> cells) {
        cells.forEach(cell -> text.append("| ").append(plain(cell)).append(' '));
        text.append("|\n");
    }

    /** As text in a cell, whatever it holds. */
    private static String plain(String text) {
        return text.replace("\\", "\\\\")
                .replace("|", "\\|")
                .replace("<", "&lt;")
                .replaceAll("\\s+", " ");
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6g", value);
    }
}
