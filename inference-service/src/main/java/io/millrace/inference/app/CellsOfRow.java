package io.millrace.inference.app;

import io.millrace.inference.app.FeatureLookup.Cell;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** One row's cells, in the order of the columns that they are in. */
final class CellsOfRow extends AbstractList<Cell> implements RandomAccess {
    private final List<List<Cell>> columns;
    private final int row;

    CellsOfRow(List<List<Cell>> columns, int row) {
        this.columns = columns;
        this.row = row;
    }

    @Override
    public Cell get(int column) {
        return columns.get(column).get(row);
    }

    @Override
    public int size() {
        return columns.size();
    }
}
