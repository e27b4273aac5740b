package io.millrace.local.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutTest {
    @TempDir
    Path folder;

    @Test
    void everythingLiesBelowTheHiddenFolderOfTheClone() {
        var layout = new Layout(folder, "demo-flights");
        Path home = folder.resolve(".millrace");
        for (Path path : new Path[] {layout.data(), layout.models(), layout.logs(), layout.run(), layout.temp()}) {
            assertThat(path.startsWith(home)).as("%s", path).isTrue();
        }
    }

    @Test
    void wipingDeletesOneDataFolderAndLeavesTheOthers() throws IOException {
        var demo = new Layout(folder, "demo-flights");
        var data = new Layout(folder, "data");
        demo.create();
        data.create();
        Files.writeString(demo.models().resolve("x"), "x");
        demo.wipe();
        demo.wipe();
        assertThat(demo.data()).doesNotExist();
        assertThat(data.models()).exists();
    }

    @Test
    void servicesAreToldTheirPortsPeersAndFoldersInTheClone() {
        var layout = new Layout(folder, "data");
        var command = new ServiceCommand(layout, new PortPlan(7100)).of(Service.INFERENCE);
        assertThat(command)
                .contains(
                        "-Dquarkus.http.port=7102",
                        "-Dquarkus.grpc.server.port=7202",
                        "-Dquarkus.management.port=7302",
                        "-Dkafka.bootstrap.servers=127.0.0.1:7192",
                        "-Dmillrace.inference.features.address=127.0.0.1:7201",
                        "-Dmillrace.inference.registry.address=127.0.0.1:7203",
                        "-Dmillrace.inference.models.directory=" + layout.models())
                .endsWith("-jar", Service.INFERENCE.jar(layout.root()).toString());
    }
}
