package io.millrace.features.store;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.StoreCopies;
import io.millrace.features.kernel.FeatureView;
import io.millrace.gate.Refusal;
import java.nio.file.Path;
import java.util.Collection;

/** Redis makes its own copies, and a state that is lost is built again. */
final class RedisCopies implements StoreCopies {
    @Override
    public Copy backup(Path directory) {
        throw refusal();
    }

    @Override
    public Copy restore(Path directory, Collection<FeatureView> views, Gone gone) {
        throw refusal();
    }

    private static Refusal refusal() {
        return new Refusal(
                FeatureReason.COPIES_ARE_REDIS_OWN,
                "the online store is in Redis, which makes its own copies: BGSAVE or appendonly on each shard. Positions are in the copies with the rows, so that the "
                        + "service goes on from there after a restore; without a copy, rebuild each view");
    }
}
