package io.millrace.features.vectors;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.VectorMetric;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.ValueEncoding;
import io.millrace.features.kernel.state.EventOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** How an entity's newest event stands in the index: one document, found by its key, its vectors, its plain features and its time. */
final class RowDocument {
    static final String KEY = "key";
    static final String TIME = "time";
    static final String ROW = "row";

    private RowDocument() {}

    /** What a document's stored row says. */
    record Row(EntityKey key, EventOrder order, List<@Nullable FeatureValue> fields) {}

    static String vector(String feature) {
        return "v." + feature;
    }

    static String plain(String feature) {
        return "p." + feature;
    }

    static Term term(byte[] key) {
        return new Term(KEY, new BytesRef(key));
    }

    static VectorSimilarityFunction similarity(VectorMetric metric) {
        return switch (metric) {
            case COSINE -> VectorSimilarityFunction.COSINE;
            case DOT -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
            case L2 -> VectorSimilarityFunction.EUCLIDEAN;
        };
    }

    static Document of(IndexedView view, byte[] key, FeatureEvent event) {
        var document = new Document();
        document.add(new StringField(KEY, new BytesRef(key), Field.Store.NO));
        document.add(new LongPoint(TIME, event.timeMicros()));
        document.add(new BinaryDocValuesField(ROW, new BytesRef(row(key, event))));
        for (IndexedView.VectorField field : view.vectors().values()) {
            float[] vector = IndexedView.vector(event.fields().get(field.place()));
            if (vector != null && field.metric().measures(vector)) {
                document.add(new KnnFloatVectorField(vector(field.feature()), vector, similarity(field.metric())));
            }
        }
        view.plain()
                .forEach((feature, place) ->
                        addPlain(document, feature, event.fields().get(place)));
        return document;
    }

    private static void addPlain(Document document, String feature, @Nullable FeatureValue value) {
        String name = plain(feature);
        switch (value) {
            case null -> {}
            case FeatureValue.Bool(boolean bool) ->
                document.add(new StringField(name, bool ? "true" : "false", Field.Store.NO));
            case FeatureValue.Int(long number) -> document.add(new LongPoint(name, number));
            case FeatureValue.Time(long micros) -> document.add(new LongPoint(name, micros));
            case FeatureValue.Real(double real) -> document.add(new DoublePoint(name, real));
            case FeatureValue.Text(String text) ->
                document.add(new StringField(name, FilterQueries.bounded(text), Field.Store.NO));
            case FeatureValue.Bytes(byte[] bytes) ->
                document.add(new StringField(name, FilterQueries.bounded(bytes), Field.Store.NO));
            case FeatureValue.Many _, FeatureValue.Counts _, FeatureValue.Vector _ -> {}
        }
    }

    private static byte[] row(byte[] key, FeatureEvent event) {
        var out = new ByteWriter();
        out.block(key);
        EventOrder.of(event).writeSortable(out);
        out.unsigned(event.fields().size());
        event.fields().forEach(field -> ValueEncoding.write(field, out));
        return out.toBytes();
    }

    static Row row(BytesRef bytes, int keys) {
        var in = new ByteReader(BytesRef.deepCopyOf(bytes).bytes);
        byte[] key = in.block();
        EventOrder order = EventOrder.readSortable(in);
        int size = in.size();
        var fields = new ArrayList<@Nullable FeatureValue>(size);
        for (int i = 0; i < size; i++) {
            fields.add(ValueEncoding.read(in));
        }
        return new Row(key(key, keys), order, fields);
    }

    private static EntityKey key(byte[] bytes, int keys) {
        var in = new ByteReader(bytes);
        var values = new ArrayList<FeatureValue>(keys);
        for (int i = 0; i < keys; i++) {
            values.add(java.util.Objects.requireNonNull(ValueEncoding.read(in), "a null in an entity's key"));
        }
        return new EntityKey(values);
    }
}
