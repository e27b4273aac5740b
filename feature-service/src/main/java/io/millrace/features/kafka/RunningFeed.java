package io.millrace.features.kafka;

import io.millrace.features.kernel.FeatureView;
import java.util.Collection;

/** A feed and the loop that reads for it. */
record RunningFeed(FeatureView view, Feed feed, SourceLoop loop) implements PerView.Running {
    static RunningFeed start(String name, FeatureView view, Feed feed, SourceLoop.Wiring wiring) {
        var loop = new SourceLoop(name, wiring, feed);
        loop.start();
        return new RunningFeed(view, feed, loop);
    }

    @Override
    public boolean stop() {
        return loop.stop();
    }

    /** Records that the one that is farthest behind has not taken; 0 where none runs. */
    static long maxLag(Collection<RunningFeed> feeds) {
        return feeds.stream().mapToLong(each -> each.feed().lag()).max().orElse(0);
    }
}
