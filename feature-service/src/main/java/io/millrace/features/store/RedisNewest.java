package io.millrace.features.store;

import io.millrace.features.app.NewestEvents;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.encoding.ByteReader;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The newest events of a view in Redis, one bucket after the other. Others go on applying: what they add is behind the positions. */
final class RedisNewest implements NewestEvents {
    private static final int ROWS_OF_A_STEP = 200;
    private static final String BEGINNING = "0";

    private final RedisBuckets buckets;
    private final FeatureView view;
    private final Room room;
    private final List<RedisBuckets.Head> heads;
    private int bucket;
    private String cursor = BEGINNING;

    /** @param heads of all buckets, none of them empty */
    RedisNewest(RedisBuckets buckets, FeatureView view, Room room, List<RedisBuckets.Head> heads) {
        this.buckets = buckets;
        this.view = view;
        this.room = room;
        this.heads = List.copyOf(heads);
    }

    @Override
    public String state() {
        return heads.stream().map(RedisBuckets.Head::generation).collect(Collectors.joining("/"));
    }

    @Override
    public Map<SourcePartition, Long> positions() {
        return RedisBuckets.least(
                heads.stream().map(RedisBuckets.Head::positions).toList());
    }

    @Override
    public boolean hasNext() {
        return bucket < heads.size();
    }

    @Override
    public List<Newest> next() {
        Response answer = buckets.call(RedisScripts.NEWEST, view.id(), bucket)
                .arg(room.name())
                .arg(heads.get(bucket).generation())
                .arg(cursor)
                .arg(ROWS_OF_A_STEP)
                .send(buckets.redis(), buckets.timeout());
        if (answer.size() == 0) {
            throw new StoreUnavailableException("the state of view " + view.id() + " is another one now", null);
        }
        cursor = answer.get(0).toString();
        if (cursor.equals(BEGINNING)) {
            bucket++;
        }
        Response found = answer.get(1);
        var newest = new ArrayList<Newest>();
        for (int i = 0; i + 1 < found.size(); i += 2) {
            newest.add(new Newest(
                    EntityRow.read(
                            new ByteReader(found.get(i).toBytes()),
                            view.joinKeys().size()),
                    RedisCodec.event(found.get(i + 1).toBytes())));
        }
        return newest;
    }
}
