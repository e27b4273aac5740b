package io.millrace.inference.engine.form;

/** A value of the graph [rows, columns], of which only what is asked for is worked out. */
interface Columns {
    int count();

    Term at(int column) throws UnreadException;

    /** Columns that something is made of each. */
    interface Each {
        Term at(int column) throws UnreadException;
    }

    static Columns of(int count, Each each) {
        return new Columns() {
            @Override
            public int count() {
                return count;
            }

            @Override
            public Term at(int column) throws UnreadException {
                return each.at(column);
            }
        };
    }
}
