package io.millrace.features.kafka;

import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.Projectors;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Makes what reads a view's source, for each of the stores that take it; a new one for each life of a consumer. */
@Singleton
public class Readers {
    private final Projectors projectors;
    private final EventTimeBound future;
    private final InstantSource clock;
    private final FeaturesConfig config;

    public Readers(Projectors projectors, EventTimeBound future, InstantSource clock, FeaturesConfig config) {
        this.projectors = projectors;
        this.future = future;
        this.clock = clock;
        this.config = config;
    }

    /** What the online store takes: late events are dead letters. */
    RecordReader online(FeatureView view) {
        RecordReader all = reader(view, PushTarget.ONLINE);
        return view.allowedLateness()
                .<RecordReader>map(allowed -> new LateRecords(all, allowed))
                .orElse(all);
    }

    /** What the offline store takes: late events, too; its feed keeps the verdict beside them. */
    RecordReader offline(FeatureView view) {
        return reader(view, PushTarget.OFFLINE);
    }

    private RecordReader reader(FeatureView view, PushTarget into) {
        return switch (view.source()) {
            case Source.Topic _ -> new TopicRecords(projectors.of(view), future, clock);
            case Source.Push _, Source.Batch _ ->
                new PushRecords(view, config.push().rememberedRecords(), into);
        };
    }
}
