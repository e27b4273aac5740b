package io.millrace.features.store;

import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.fold.Tile;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Observation;
import io.vertx.redis.client.Response;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How things are written in Redis. */
final class RedisCodec {
    /** Makes instants not negative, so that padded decimals order as they do, in every locale of the server. */
    /** Where a tile begins in its member. */
    static final int TILE_CONTENT = Long.BYTES;

    private static final BigInteger SHIFT = BigInteger.ONE.shiftLeft(63);

    private RedisCodec() {}

    /** What the keys of a view's bucket begin with; the braces keep them on one shard of a cluster. */
    static String prefix(String keyPrefix, ViewId view, int bucket) {
        return keyPrefix + "{" + view + "/" + bucket + "}:";
    }

    static String instant(long micros) {
        String digits = BigInteger.valueOf(micros).add(SHIFT).toString();
        return "0".repeat(20 - digits.length()) + digits;
    }

    static OptionalLong instant(@Nullable Response digits) {
        return digits == null
                ? OptionalLong.empty()
                : OptionalLong.of(
                        new BigInteger(digits.toString()).subtract(SHIFT).longValueExact());
    }

    static byte[] partition(SourcePartition partition) {
        var out = new ByteWriter();
        out.text(partition.topic());
        out.text(partition.topicId());
        out.unsigned(partition.partition());
        return out.toBytes();
    }

    /** From HGETALL inside a script: names and values in turn. */
    static Map<SourcePartition, Long> positions(Response flat) {
        Map<SourcePartition, Long> positions = new HashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            var in = new ByteReader(flat.get(i).toBytes());
            var partition = new SourcePartition(in.text(), in.text(), (int) in.unsigned());
            positions.put(partition, Long.parseLong(flat.get(i + 1).toString(StandardCharsets.UTF_8)));
        }
        return positions;
    }

    static byte[] event(Observation event) {
        var out = new ByteWriter();
        event.order().writeSortable(out);
        event.writeContent(out);
        return out.toBytes();
    }

    static Observation event(byte[] member) {
        var in = new ByteReader(member);
        return Observation.readContent(EventOrder.readSortable(in), in);
    }

    /** A bound of ZRANGEBYLEX above every event at or before the instant and below every other. */
    static byte[] above(char inclusion, long micros) {
        var out = new ByteWriter();
        out.octet(inclusion);
        out.sortable64(micros);
        out.octet(EventOrder.ABOVE_ALL);
        out.octet(EventOrder.ABOVE_ALL);
        return out.toBytes();
    }

    /** The number makes equal tiles of different times different members. */
    static byte[] tile(long number, Tile tile) {
        var out = new ByteWriter();
        out.int64(number);
        out.raw(tile.toBytes());
        return out.toBytes();
    }

    static long tileNumber(byte[] member) {
        return new ByteReader(member).int64();
    }

    static byte[] tileContent(byte[] member) {
        return Arrays.copyOfRange(member, TILE_CONTENT, member.length);
    }
}
