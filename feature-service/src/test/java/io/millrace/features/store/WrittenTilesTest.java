package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.DAY;
import static io.millrace.features.store.StoreEvents.HOUR;
import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.entity;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.window.Levels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WrittenTilesTest {
    private static final ViewPlan PLAN = ViewPlan.of(VIEW);
    private static final Levels LEVELS = PLAN.levels();
    private static final int NUMBER = 7;

    private final WrittenTiles tiles = new WrittenTiles(1 << 20);
    private final Map<TileKey, byte[]> found = new HashMap<>();

    private static TileKey tile(String entity, long time) {
        return new TileKey(EntityRow.of(entity(entity)), 0, LEVELS.tileOf(0, time));
    }

    private static WrittenTiles.Batch batch(TileKey... keys) {
        var batch = new WrittenTiles.Batch();
        for (TileKey key : keys) {
            batch.add(key, new byte[] {1});
        }
        return batch;
    }

    private List<TileKey> read(WrittenTiles from, TileKey... wanted) {
        return find(from, NUMBER, List.of(wanted));
    }

    private List<TileKey> find(WrittenTiles from, int view, List<TileKey> wanted) {
        byte[][] contents = new byte[wanted.size()][];
        List<Integer> rest = from.find(view, wanted, contents);
        found.clear();
        for (int i = 0; i < contents.length; i++) {
            if (contents[i] != null) {
                found.put(wanted.get(i), contents[i]);
            }
        }
        return rest.stream().map(wanted::get).toList();
    }

    @Test
    void nothingIsReadOfAViewThatNeverHadAnEvent() {
        tiles.begin(NUMBER, LEVELS, OptionalLong.empty());
        assertThat(read(tiles, tile("a", NOON), tile("b", NOON - DAY))).isEmpty();
        assertThat(found).isEmpty();
    }

    @Test
    void whatWasWrittenIsFoundAndNotRead() {
        tiles.begin(NUMBER, LEVELS, OptionalLong.empty());
        tiles.written(NUMBER, batch(tile("a", NOON)), NOON);
        assertThat(read(tiles, tile("a", NOON), tile("b", NOON))).isEmpty();
        assertThat(found).containsOnlyKeys(tile("a", NOON));
        assertThat(found.get(tile("a", NOON))).containsExactly(1);
    }

    @Test
    void ofAViewThatWasThereBeforeAllUpToItsNewestEventIsRead() {
        tiles.begin(NUMBER, LEVELS, OptionalLong.of(NOON));
        assertThat(read(tiles, tile("a", NOON), tile("a", NOON - DAY), tile("a", NOON + HOUR)))
                .containsExactly(tile("a", NOON), tile("a", NOON - DAY));
    }

    @Test
    void whatDidNotFitIsReadAgainAndSoIsAllBeforeIt() {
        var small = new WrittenTiles(1);
        small.begin(NUMBER, LEVELS, OptionalLong.empty());
        small.written(NUMBER, batch(tile("a", NOON)), NOON);
        assertThat(small.bytes()).isZero();
        assertThat(read(small, tile("a", NOON), tile("b", NOON - DAY), tile("b", NOON + HOUR)))
                .containsExactly(tile("a", NOON), tile("b", NOON - DAY));
    }

    @Test
    void theTileUsedLeastLatelyIsTheOneThatIsLeft() {
        var two = new WrittenTiles(500);
        two.begin(NUMBER, LEVELS, OptionalLong.empty());
        two.written(NUMBER, batch(tile("a", NOON)), NOON);
        two.written(NUMBER, batch(tile("b", NOON)), NOON);
        read(two, tile("a", NOON));
        two.written(NUMBER, batch(tile("c", NOON)), NOON);
        assertThat(read(two, tile("a", NOON), tile("b", NOON), tile("c", NOON))).containsExactly(tile("b", NOON));
    }

    @Test
    void ofARowTheLastTilesOfALevelAreKeptAndThoseBeforeAreRead() {
        tiles.begin(NUMBER, LEVELS, OptionalLong.empty());
        tiles.written(NUMBER, batch(tile("a", NOON), tile("a", NOON + HOUR)), NOON);
        tiles.written(NUMBER, batch(tile("a", NOON + 2 * HOUR)), NOON);
        assertThat(read(
                        tiles,
                        tile("a", NOON - HOUR),
                        tile("a", NOON),
                        tile("a", NOON + HOUR),
                        tile("a", NOON + 2 * HOUR),
                        tile("a", NOON + 3 * HOUR)))
                .containsExactly(tile("a", NOON - HOUR), tile("a", NOON));
        assertThat(found).containsOnlyKeys(tile("a", NOON + HOUR), tile("a", NOON + 2 * HOUR));
    }

    @Test
    void whatOneRowLeftToTheFolderSaysNothingOfAnother() {
        tiles.begin(NUMBER, LEVELS, OptionalLong.empty());
        tiles.written(NUMBER, batch(tile("a", NOON), tile("a", NOON + HOUR), tile("a", NOON + 2 * HOUR)), NOON);
        assertThat(read(tiles, tile("b", NOON))).isEmpty();
    }

    @Test
    void aTileThatIsWrittenAndNotToBeKeptIsReadAgainAndNeverFoundAsItWas() {
        tiles.begin(NUMBER, LEVELS, OptionalLong.empty());
        tiles.written(NUMBER, batch(tile("a", NOON), tile("a", NOON + HOUR)), NOON);
        var left = new WrittenTiles.Batch();
        left.add(tile("a", NOON), null);
        tiles.written(NUMBER, left, NOON);
        assertThat(read(tiles, tile("a", NOON), tile("a", NOON + HOUR))).containsExactly(tile("a", NOON));
        assertThat(found).containsOnlyKeys(tile("a", NOON + HOUR));
    }

    @Test
    void aForgottenViewIsReadAndOthersAreKept() {
        tiles.begin(NUMBER, LEVELS, OptionalLong.empty());
        tiles.begin(NUMBER + 1, LEVELS, OptionalLong.empty());
        tiles.written(NUMBER, batch(tile("a", NOON)), NOON);
        tiles.written(NUMBER + 1, batch(tile("a", NOON)), NOON);
        long ofBoth = tiles.bytes();
        tiles.forget(NUMBER);
        assertThat(tiles.bytes()).isEqualTo(ofBoth / 2);
        assertThat(read(tiles, tile("a", NOON + HOUR))).containsExactly(tile("a", NOON + HOUR));
        assertThat(find(tiles, NUMBER + 1, List.of(tile("a", NOON)))).isEmpty();
    }

    @Test
    void nothingLiesBehindTheHorizonUntilTheOldestEventDoes() {
        assertThat(tiles.isAllWithin(NUMBER, LEVELS, PLAN.horizon(NOON), NOON)).isFalse();
        tiles.begin(NUMBER, LEVELS, OptionalLong.empty());
        tiles.written(NUMBER, new WrittenTiles.Batch(), NOON);
        assertThat(tiles.isAllWithin(NUMBER, LEVELS, PLAN.horizon(NOON), NOON)).isTrue();
        assertThat(tiles.isAllWithin(NUMBER, LEVELS, PLAN.horizon(NOON), NOON - 2 * DAY))
                .isFalse();
        assertThat(tiles.isAllWithin(NUMBER, LEVELS, PLAN.horizon(NOON + 2 * DAY), NOON + DAY))
                .isFalse();
    }

    @Test
    void ofAViewThatWasThereBeforeNobodyKnowsHowOldItsEventsAre() {
        tiles.begin(NUMBER, LEVELS, OptionalLong.of(NOON));
        assertThat(tiles.isAllWithin(NUMBER, LEVELS, PLAN.horizon(NOON), NOON)).isFalse();
    }
}
