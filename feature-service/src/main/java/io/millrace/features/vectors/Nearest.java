package io.millrace.features.vectors;

import io.millrace.features.app.VectorIndex.Neighbour;
import io.millrace.features.app.VectorIndex.Place;
import io.millrace.features.app.VectorIndex.Search;
import io.millrace.features.domain.VectorFilter;
import io.millrace.features.kernel.state.EventOrder;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/** One search of one state of an index. Lucene finds the candidates; their distances are computed anew, in double precision. */
final class Nearest {
    private static final Comparator<Candidate> NEAREST_FIRST = Comparator.comparingDouble(Candidate::distance)
            .thenComparing(Candidate::row, Comparator.comparing(Row::bytes));

    private final IndexedView view;
    private final DirectoryReader reader;
    private final IndexSearcher searcher;

    Nearest(IndexedView view, DirectoryReader reader) {
        this.view = view;
        this.reader = reader;
        this.searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
    }

    /** A document's stored row. */
    private record Row(org.apache.lucene.util.BytesRef bytes) {}

    private record Candidate(double distance, Row row) {}

    List<Neighbour> find(Search search) throws IOException {
        IndexedView.VectorField field = view.field(search.feature());
        Query among = among(search);
        var nearest = new PriorityQueue<>(search.limit() + 1, NEAREST_FIRST.reversed());
        if (search.exact()) {
            compareAll(field, search, among, nearest);
        } else {
            walk(field, search, among, nearest);
        }
        return nearest.stream()
                .sorted(NEAREST_FIRST)
                .map(candidate -> neighbour(candidate))
                .toList();
    }

    private Neighbour neighbour(Candidate candidate) {
        RowDocument.Row row = RowDocument.row(candidate.row().bytes(), view.keys());
        EventOrder order = row.order();
        return new Neighbour(
                row.key(),
                candidate.distance(),
                order.timeMicros(),
                new Place(order.topicId(), order.partition(), order.offset()),
                row.fields());
    }

    /** The documents that count: alive at the instant, and met by the filter. */
    private Query among(Search search) {
        long oldest = view.oldest(search.nowMicros());
        VectorFilter filter = search.filter();
        if (oldest == Long.MIN_VALUE) {
            return filter == null ? MatchAllDocsQuery.INSTANCE : FilterQueries.of(filter);
        }
        var both = new BooleanQuery.Builder()
                .add(LongPoint.newRangeQuery(RowDocument.TIME, oldest, Long.MAX_VALUE), Occur.FILTER);
        if (filter != null) {
            both.add(FilterQueries.of(filter), Occur.FILTER);
        }
        return both.build();
    }

    private void walk(IndexedView.VectorField field, Search search, Query among, PriorityQueue<Candidate> nearest)
            throws IOException {
        @Nullable Query filter = among.equals(MatchAllDocsQuery.INSTANCE) ? null : among;
        String name = RowDocument.vector(field.feature());
        int candidates = Math.max(search.effort(), search.limit());
        ScoreDoc[] found = searcher.search(
                        new KnnFloatVectorQuery(name, search.query(), candidates, filter), candidates)
                .scoreDocs;
        for (ScoreDoc each : found) {
            LeafReaderContext leaf = reader.leaves().get(ReaderUtil.subIndex(each.doc, reader.leaves()));
            Leaf values = new Leaf(leaf, name);
            values.offer(each.doc - leaf.docBase, field, search, nearest);
        }
    }

    private void compareAll(IndexedView.VectorField field, Search search, Query among, PriorityQueue<Candidate> nearest)
            throws IOException {
        Weight weight = searcher.createWeight(searcher.rewrite(among), ScoreMode.COMPLETE_NO_SCORES, 1);
        String name = RowDocument.vector(field.feature());
        for (LeafReaderContext leaf : reader.leaves()) {
            Scorer scorer = weight.scorer(leaf);
            if (scorer == null || leaf.reader().getFloatVectorValues(name) == null) {
                continue;
            }
            Bits live = leaf.reader().getLiveDocs();
            Leaf values = new Leaf(leaf, name);
            DocIdSetIterator documents = scorer.iterator();
            for (int document = documents.nextDoc();
                    document != DocIdSetIterator.NO_MORE_DOCS;
                    document = documents.nextDoc()) {
                if (live == null || live.get(document)) {
                    values.offer(document, field, search, nearest);
                }
            }
        }
    }

    /** The vectors and rows of one segment; documents are asked for in their order. */
    private static final class Leaf {
        private final FloatVectorValues vectors;
        private final KnnVectorValues.DocIndexIterator places;
        private final BinaryDocValues rows;

        Leaf(LeafReaderContext leaf, String name) throws IOException {
            this.vectors = leaf.reader().getFloatVectorValues(name);
            this.places = vectors.iterator();
            this.rows = leaf.reader().getBinaryDocValues(RowDocument.ROW);
        }

        void offer(int document, IndexedView.VectorField field, Search search, PriorityQueue<Candidate> nearest)
                throws IOException {
            if (places.docID() < document && places.advance(document) != document || places.docID() != document) {
                return;
            }
            double distance = field.metric().distance(search.query(), vectors.vectorValue(places.index()));
            Candidate farthest = nearest.peek();
            if (nearest.size() >= search.limit() && farthest != null && farthest.distance() < distance) {
                return;
            }
            if (!rows.advanceExact(document)) {
                throw new IllegalStateException("a document without its row");
            }
            nearest.add(
                    new Candidate(distance, new Row(org.apache.lucene.util.BytesRef.deepCopyOf(rows.binaryValue()))));
            if (nearest.size() > search.limit()) {
                nearest.remove();
            }
        }
    }
}
