package io.millrace.features.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.IngestionReport;
import io.millrace.features.app.IngestionReport.State;
import io.millrace.features.app.Ingestions;
import io.millrace.features.app.MemoryDefinitions;
import io.millrace.features.app.deletion.MemoryDeletions;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.kernel.ViewId;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class IngestionReadinessTest {
    private final MemoryDefinitions definitions = new MemoryDefinitions(new Catalog());
    private final MemoryDeletions deletions = new MemoryDeletions(new Voids());
    private final Map<ViewId, IngestionReport> conditions = new HashMap<>();
    private final IngestionReadiness readiness = new IngestionReadiness(definitions, deletions, new Ingestions() {
        @Override
        public Map<ViewId, IngestionReport> reports() {
            return conditions;
        }

        @Override
        public Map<ViewId, IngestionReport> conditions() {
            return conditions;
        }
    });

    private Map<String, Object> said() {
        return readiness.call().getData().orElseThrow();
    }

    private void view(String version, State state) {
        conditions.put(new ViewId("clicks", version), new IngestionReport(state, "", Map.of(), -1, 0, Map.of(), 0));
    }

    @Test
    void aServiceWhoseLogsAreReadIsReady() {
        view("v1", State.RUNNING);

        HealthCheckResponse response = readiness.call();

        assertThat(response.getStatus()).isEqualTo(Status.UP);
        assertThat(response.getData().orElseThrow())
                .containsEntry("definitions", "current")
                .containsEntry("deletions", "current")
                .doesNotContainKey("deletions failure")
                .containsEntry("clicks@v1", "RUNNING");
    }

    @Test
    void beforeTheDefinitionsAreReadItIsNot() {
        definitions.current = false;

        assertThat(readiness.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(said()).containsEntry("definitions", "not read yet");
    }

    @Test
    void beforeTheDeletionsAreReadItIsNotAndSaysWhy() {
        deletions.failure = "a deletion cannot be read by this release";

        assertThat(readiness.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(said())
                .containsEntry("definitions", "current")
                .containsEntry("deletions", "not read yet")
                .containsEntry("deletions failure", "a deletion cannot be read by this release");
    }

    @Test
    void aViewThatWaitsForItsTopicTakesNobodyElsesReadsAway() {
        view("v1", State.WAITING_FOR_TOPIC);

        assertThat(readiness.call().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void itIsNotReadyWhileTheStoreIsAwayOrAllViewsAreBuiltAgain() {
        view("v1", State.REBUILDING);
        assertThat(readiness.call().getStatus()).isEqualTo(Status.DOWN);

        view("v2", State.RUNNING);
        assertThat(readiness.call().getStatus()).isEqualTo(Status.UP);

        view("v3", State.WAITING_FOR_STORE);
        assertThat(readiness.call().getStatus()).isEqualTo(Status.DOWN);
    }
}
