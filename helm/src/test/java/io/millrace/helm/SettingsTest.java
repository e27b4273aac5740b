package io.millrace.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.millrace.backing.Checkout;
import io.millrace.helm.Settings.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    /** Module folder by the service's area, in the order of the page. */
    private static final Map<String, String> SERVICES = new TreeMap<>(Map.of(
            "edge", "edge-gateway",
            "features", "feature-service",
            "inference", "inference-service",
            "registry", "registry-service"));

    @TempDir
    Path folder;

    @Test
    void theDocumentedSettingsAreThoseOfTheServices() throws IOException {
        var page = new StringBuilder("""
                # Settings of the services

                Generated from the services' `config` packages by `SettingsTest`; edit those, not this.
                Each can be given as `-Dkey=value`, as an environment variable (upper case, `_` for what is neither letter nor digit), in `config/application.yaml` beside the
                service, or in the chart's `config` of a service. `*` stands for a name of your own. A duration is `500ms`, `10s`, `5m`, `2h`, `1d`; a size is bytes or `64K`, `32M`, `1G`.

                What Quarkus sets up is under its own names: `kafka.bootstrap.servers`, `quarkus.http.port` (8080), `quarkus.grpc.server.port` (9090), `quarkus.management.port` (9000), the three with their
                `.host` (127.0.0.1), `quarkus.datasource.jdbc.url`, `.username` and `.password` (registry-service), `quarkus.redis.hosts` and `.password` (feature-service with the online store in Redis),
                `quarkus.grpc.server.max-inbound-message-size` (bytes; 33554432, in inference-service 8388608, which is room for 10,000 rows of 800 bytes: a message is decoded before its rows
                are counted), `quarkus.otel.exporter.otlp.endpoint` (no trace leaves where it is not set), `quarkus.http.access-log.enabled`.
                """);
        for (String module : SERVICES.values()) {
            page.append("%n## %s%n%n| key | default | what | meaning |%n|---|---|---|---|%n".formatted(module));
            for (Setting setting : Settings.of(Checkout.root().resolve(module))) {
                page.append("| `%s` | %s | %s | %s |%n"
                        .formatted(
                                setting.key(),
                                setting.preset()
                                        .map(preset -> "`" + preset + "`")
                                        .orElse(""),
                                setting.type(),
                                setting.meaning().replace("|", "\\|")));
            }
        }
        GeneratedPages.check(Checkout.root().resolve("docs/configuration.md"), page.toString());
    }

    @Test
    void everyVariableThatTheChartSetsIsASettingOfThatService() {
        Set<String> checked = new HashSet<>();
        for (String values : Set.of("{}", RenderingTest.REDIS, RenderingTest.EVERYTHING)) {
            Manifests manifests = Chart.render(Chart.GIVEN, values);
            SERVICES.forEach((area, module) -> {
                var known = Settings.of(Checkout.root().resolve(module)).stream()
                        .map(Setting::variable)
                        .toList();
                manifests.env(Chart.RELEASE + "-" + module).stream()
                        .map(EnvVar::getName)
                        .filter(name -> name.startsWith("MILLRACE_"))
                        .forEach(name -> {
                            assertThat(known).as("settings of %s", module).contains(name);
                            checked.add(name);
                        });
            });
        }
        assertThat(checked).hasSizeGreaterThanOrEqualTo(6);
    }

    @Test
    void aSettingIsReadWithItsKeyTypeDefaultAndComment() throws IOException {
        Path source = folder.resolve("src/main/java/x/config/XConfig.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, """
                package x.config;
                @ConfigMapping(prefix = "millrace.x")
                public interface XConfig {
                    Inner innerPart();
                    /** Which {@code kind}; 1 &lt; 2. */
                    Kind kind();
                    Map<String, List<String>> named();
                    Optional<Duration> wait();
                    interface Inner {
                        /** How
                         * long. */
                        @WithDefault("5s")
                        Duration longTime();
                    }
                    enum Kind { ONE, TWO_WAY }
                }
                """);
        assertThat(Settings.of(folder))
                .containsExactly(
                        new Setting("millrace.x.inner-part.long-time", "duration", Optional.of("5s"), "How long."),
                        new Setting("millrace.x.kind", "one, two-way", Optional.empty(), "Which `kind`; 1 < 2."),
                        new Setting("millrace.x.named.*", "texts, separated by commas", Optional.empty(), ""),
                        new Setting("millrace.x.wait", "duration", Optional.empty(), ""));
        assertThat(Settings.of(folder).getFirst().variable()).isEqualTo("MILLRACE_X_INNER_PART_LONG_TIME");
    }
}
