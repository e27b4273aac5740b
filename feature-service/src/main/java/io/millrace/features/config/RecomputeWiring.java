package io.millrace.features.config;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.RecomputedReads;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.app.offline.OfflineHistory;
import io.millrace.features.app.offline.OfflineStore;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Puts together what computes reads again. */
@Singleton
public class RecomputeWiring {
    @Produces
    @Singleton
    RecomputedReads recomputed(
            Catalog catalog, DefinitionStore definitions, OfflineStore store, OfflineHistory history, Voids voids) {
        return new RecomputedReads(catalog, definitions, store, history, voids);
    }
}
