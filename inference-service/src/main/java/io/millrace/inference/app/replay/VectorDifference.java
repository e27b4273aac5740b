package io.millrace.inference.app.replay;

import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.RowScore.InputRow;
import java.util.ArrayList;
import java.util.List;

/** In which columns two vectors differ. */
final class VectorDifference {
    private VectorDifference() {}

    /** A column by what fills it, {@code input[0] (view:feature)}, with both values. */
    record Column(String name, String then, String now) {}

    /**
     * Compares to the bit.
     *
     * @param then empty where it was not recorded; nothing differs then
     * @param model whose inputs they are
     */
    static List<Column> between(List<InputRow> then, List<InputRow> now, ModelDefinition model) {
        var columns = new ArrayList<Column>();
        if (then.isEmpty()) {
            return columns;
        }
        if (!form(then).equals(form(now))) {
            columns.add(
                    new Column("vector's form", form(then).toString(), form(now).toString()));
            return columns;
        }
        for (int i = 0; i < then.size(); i++) {
            InputRow before = then.get(i);
            for (int column = 0; column < before.values().size(); column++) {
                Object was = before.values().get(column);
                Object is = now.get(i).values().get(column);
                if (!was.equals(is)) {
                    columns.add(new Column(
                            before.name() + "[" + column + "]" + filler(model, before.name(), column),
                            was.toString(),
                            is.toString()));
                }
            }
        }
        return columns;
    }

    private static List<String> form(List<InputRow> vector) {
        return vector.stream()
                .map(input -> input.name() + " " + input.datatype() + " [1, "
                        + input.values().size() + "]")
                .toList();
    }

    private static String filler(ModelDefinition model, String input, int column) {
        return model.inputs().stream()
                .filter(each ->
                        each.name().equals(input) && column < each.columns().size())
                .findFirst()
                .map(each -> switch (each.columns().get(column)) {
                    case ModelDefinition.Column.Feature feature -> " (" + feature.reference() + ")";
                    case ModelDefinition.Column.Request(String field) -> " (request field " + field + ")";
                })
                .orElse("");
    }
}
