package io.millrace.features.vectors;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/** Lucene's codec with a graph of our parameters and vectors of up to {@link #MAX_DIMENSIONS}; what it writes is Lucene's own format, which any reader reads. */
final class WideVectors extends Lucene104Codec {
    static final int MAX_DIMENSIONS = 4_096;

    /** Links of a node and candidates while building: Malkov and Yashunin 2018 call them M and efConstruction. */
    private static final int LINKS = 16;

    private static final int BUILD_CANDIDATES = 100;

    private final KnnVectorsFormat vectors = new Wide(new Lucene99HnswVectorsFormat(LINKS, BUILD_CANDIDATES));

    @Override
    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return vectors;
    }

    /** The stock format under its own name, without its bound of 1,024 dimensions, which is one of writing alone. */
    private static final class Wide extends KnnVectorsFormat {
        private final KnnVectorsFormat stock;

        Wide(KnnVectorsFormat stock) {
            super(stock.getName());
            this.stock = stock;
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return stock.fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return stock.fieldsReader(state);
        }

        @Override
        public int getMaxDimensions(String field) {
            return MAX_DIMENSIONS;
        }
    }
}
