package io.millrace.features.vectors;

import io.millrace.features.domain.VectorFilter;
import io.millrace.features.kernel.FeatureValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TermRangeQuery;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;

/** Filters as Lucene's queries. */
final class FilterQueries {
    /** Lucene takes terms of 32,766 bytes at most; longer ones are told apart by their hash. */
    private static final int MAX_TERM = 32_000;

    private FilterQueries() {}

    static Query of(VectorFilter filter) {
        return switch (filter) {
            case VectorFilter.Equal(String feature, FeatureValue value) -> equal(RowDocument.plain(feature), value);
            case VectorFilter.OneOf(String feature, List<FeatureValue> values) ->
                oneOf(RowDocument.plain(feature), values);
            case VectorFilter.Between between -> between(between);
            case VectorFilter.All(List<VectorFilter> parts) -> all(parts);
            case VectorFilter.Any(List<VectorFilter> parts) -> any(parts);
            case VectorFilter.Not(VectorFilter part) ->
                new BooleanQuery.Builder()
                        .add(MatchAllDocsQuery.INSTANCE, Occur.FILTER)
                        .add(of(part), Occur.MUST_NOT)
                        .build();
        };
    }

    private static Query all(List<VectorFilter> parts) {
        if (parts.isEmpty()) {
            return MatchAllDocsQuery.INSTANCE;
        }
        var query = new BooleanQuery.Builder();
        parts.forEach(part -> query.add(of(part), Occur.FILTER));
        return query.build();
    }

    private static Query any(List<VectorFilter> parts) {
        if (parts.isEmpty()) {
            return MatchNoDocsQuery.INSTANCE;
        }
        var query = new BooleanQuery.Builder();
        parts.forEach(part -> query.add(of(part), Occur.SHOULD));
        return query.build();
    }

    private static Query equal(String name, FeatureValue value) {
        return switch (value) {
            case FeatureValue.Bool(boolean bool) -> new TermQuery(new Term(name, bool ? "true" : "false"));
            case FeatureValue.Int(long number) -> LongPoint.newExactQuery(name, number);
            case FeatureValue.Time(long micros) -> LongPoint.newExactQuery(name, micros);
            case FeatureValue.Real(double real) -> DoublePoint.newExactQuery(name, real);
            case FeatureValue.Text(String text) -> new TermQuery(new Term(name, bounded(text)));
            case FeatureValue.Bytes(byte[] bytes) -> new TermQuery(new Term(name, bounded(bytes)));
            case FeatureValue.Many _, FeatureValue.Counts _, FeatureValue.Vector _ -> MatchNoDocsQuery.INSTANCE;
        };
    }

    private static Query oneOf(String name, List<FeatureValue> values) {
        if (values.stream().allMatch(FeatureValue.Text.class::isInstance)) {
            return new TermInSetQuery(
                    name,
                    values.stream()
                            .map(value -> bounded(((FeatureValue.Text) value).value()))
                            .toList());
        }
        var query = new BooleanQuery.Builder();
        values.forEach(value -> query.add(equal(name, value), Occur.SHOULD));
        return values.isEmpty() ? MatchNoDocsQuery.INSTANCE : query.build();
    }

    private static Query between(VectorFilter.Between range) {
        String name = RowDocument.plain(range.feature());
        FeatureValue kind =
                range.from().or(range::to).map(VectorFilter.Bound::value).orElseThrow();
        return switch (kind) {
            case FeatureValue.Int _, FeatureValue.Time _ -> longs(name, range);
            case FeatureValue.Real _ -> reals(name, range);
            case FeatureValue.Text _ -> texts(name, range);
            case FeatureValue.Bool _,
                    FeatureValue.Bytes _,
                    FeatureValue.Many _,
                    FeatureValue.Counts _,
                    FeatureValue.Vector _ -> throw new IllegalArgumentException("no range of " + kind);
        };
    }

    private static Query longs(String name, VectorFilter.Between range) {
        long from = range.from().map(bound -> whole(bound.value())).orElse(Long.MIN_VALUE);
        long to = range.to().map(bound -> whole(bound.value())).orElse(Long.MAX_VALUE);
        boolean openFrom = isOpen(range.from());
        boolean openTo = isOpen(range.to());
        if (openFrom && from == Long.MAX_VALUE || openTo && to == Long.MIN_VALUE) {
            return MatchNoDocsQuery.INSTANCE;
        }
        return LongPoint.newRangeQuery(name, openFrom ? from + 1 : from, openTo ? to - 1 : to);
    }

    private static Query reals(String name, VectorFilter.Between range) {
        double from = range.from().map(bound -> real(bound.value())).orElse(Double.NEGATIVE_INFINITY);
        double to = range.to().map(bound -> real(bound.value())).orElse(Double.POSITIVE_INFINITY);
        return DoublePoint.newRangeQuery(
                name,
                isOpen(range.from()) ? DoublePoint.nextUp(from) : from,
                isOpen(range.to()) ? DoublePoint.nextDown(to) : to);
    }

    private static Query texts(String name, VectorFilter.Between range) {
        return new TermRangeQuery(
                name,
                range.from().map(FilterQueries::term).orElse(null),
                range.to().map(FilterQueries::term).orElse(null),
                range.from().map(VectorFilter.Bound::inclusive).orElse(true),
                range.to().map(VectorFilter.Bound::inclusive).orElse(true));
    }

    private static BytesRef term(VectorFilter.Bound bound) {
        return bounded(((FeatureValue.Text) bound.value()).value());
    }

    private static boolean isOpen(Optional<VectorFilter.Bound> bound) {
        return bound.isPresent() && !bound.get().inclusive();
    }

    private static long whole(FeatureValue value) {
        return value instanceof FeatureValue.Time(long micros) ? micros : ((FeatureValue.Int) value).value();
    }

    private static double real(FeatureValue value) {
        return ((FeatureValue.Real) value).value();
    }

    /** The text as a term: its UTF-8, whose order is that of its code points. */
    static BytesRef bounded(String text) {
        return bounded(text.getBytes(StandardCharsets.UTF_8));
    }

    static BytesRef bounded(byte[] bytes) {
        if (bytes.length <= MAX_TERM) {
            return new BytesRef(bytes);
        }
        byte[] head = ArrayUtil.copyOfSubArray(bytes, 0, MAX_TERM);
        byte[] hash = sha256(bytes);
        byte[] both = ArrayUtil.growExact(head, MAX_TERM + hash.length);
        System.arraycopy(hash, 0, both, MAX_TERM, hash.length);
        return new BytesRef(both);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
