package io.millrace.local.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    void aHomeOfItsOwnKeepsAPlatformOutOfTheClone() {
        Path home = folder.resolve("elsewhere");
        var layout = new Layout(folder.resolve("clone"), home, "data");
        for (Path path : new Path[] {layout.data(), layout.models(), layout.logs(), layout.run(), layout.temp()}) {
            assertThat(path.startsWith(home)).as("%s", path).isTrue();
        }
        assertThat(layout.shown()).isEqualTo(home.resolve("data"));
        assertThat(new Layout(folder, "data").shown()).isEqualTo(Path.of(".millrace/data"));
        assertThat(layout.usableSpace()).isPositive();
    }

    @Test
    void aFullDiskIsSaidInOneLineAndNothingIsStarted() {
        var layout = new Layout(folder, "data");
        var platform = new LocalPlatform(layout, System.out, () -> 12L << 20);
        assertThatThrownBy(() -> platform.start(new PortPlan(7100), true))
                .isInstanceOfSatisfying(CommandFailure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(CommandFailure.MISSING);
                    assertThat(failure)
                            .hasMessage("the disk of " + layout.home()
                                    + " has 12 MiB left; the local platform needs at least 1024 MiB");
                });
        assertThat(layout.home()).doesNotExist();
    }

    @Test
    void aDiskWithExactlyEnoughRoomWillDo() {
        var layout = new Layout(folder, "data");
        assertThatCode(() -> layout.checkSpace(1L << 30)).doesNotThrowAnyException();
        assertThatThrownBy(() -> layout.checkSpace((1L << 30) - 1)).isInstanceOf(CommandFailure.class);
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
