package io.millrace.local.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.backing.Checkout;
import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.InvalidDefinitionException;
import io.millrace.local.apply.DefinitionFolder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PipelineShapeTest {
    @Test
    void theFlightsPipelineSaysWhatTrainingMustKnow() {
        PipelineShape shape =
                PipelineShape.read(DefinitionFolder.read(Checkout.root().resolve("examples/flights"))
                        .pipelines()
                        .getFirst());
        assertThat(shape.name()).isEqualTo("flight-delay");
        assertThat(shape.inputTopic()).isEqualTo("flights.departures.v1");
        assertThat(shape.outputTopic()).isEqualTo("flights.predictions.v1");
        assertThat(shape.entity()).isEqualTo(Map.of("origin", "origin", "destination", "destination"));
        assertThat(shape.request()).containsExactly("distance", "departure_hour", "day_of_week");
        assertThat(shape.features()).hasSize(14).contains("origin_traffic:departures_24h");
        assertThat(shape.modelVersion()).isEqualTo("1");
        assertThat(shape.alert()).contains(new PipelineShape.Alert("prediction > 0.4", "flights.alerts.v1"));
    }

    @Test
    void aPipelineWithoutAnOutputIsRefusedWithItsPlace() {
        var file = new DefinitionFile("p.yaml", "name: p\ninput: {topic: t}\nmodel: {name: m}\n");
        assertThatThrownBy(() -> PipelineShape.read(file))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("p.yaml:1: 'output' is missing");
    }
}
