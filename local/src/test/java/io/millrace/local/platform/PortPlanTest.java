package io.millrace.local.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.backing.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class PortPlanTest {
    @Test
    void theDefaultPlanIsTheDocumentedOne() {
        var ports = new PortPlan(PortPlan.DEFAULT_BASE);
        assertThat(ports.rest(Service.FEATURES)).isEqualTo(7101);
        assertThat(ports.grpc(Service.INFERENCE)).isEqualTo(7202);
        assertThat(ports.management(Service.REGISTRY)).isEqualTo(7303);
        assertThat(ports.rest(Service.EDGE)).isEqualTo(7104);
        assertThat(ports.kafka()).isEqualTo(7192);
        assertThat(ports.kafkaController()).isEqualTo(7193);
        assertThat(ports.postgres()).isEqualTo(7132);
    }

    @Test
    void noTwoThingsShareAPort() {
        var all = new PortPlan(20_000).all().values();
        assertThat(new HashSet<>(all)).hasSameSizeAs(all);
    }

    @Test
    void aPortOfTheDefaultRangeMovesWithTheBaseAndOthersStay() {
        var ports = new PortPlan(20_000);
        assertThat(ports.moved(7161)).isEqualTo(20_061);
        assertThat(ports.moved(8080)).isEqualTo(8080);
    }

    @Test
    void aBaseOutsideOfThePortsIsRefused() {
        assertThatThrownBy(() -> new PortPlan(80))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("1024");
        assertThatThrownBy(() -> new PortPlan(65_100)).hasMessageContaining("65000");
    }

    @Test
    void aTakenPortIsNamedWithWhatItIsFor() throws IOException {
        int kafka = Ports.free();
        try (var taken = new ServerSocket(kafka, 1, InetAddress.getLoopbackAddress())) {
            assertThat(new PortPlan(kafka - 92).taken()).contains("Kafka (" + taken.getLocalPort() + ")");
        }
    }
}
