package io.millrace.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every manifest, whatever the values. */
class RenderingTest {
    static final String REDIS = """
            redis: {url: "redis://redis:6379", secretName: redis-login}
            featureService: {replicas: 3, onlineStore: {kind: redis}}
            """;

    static final String EVERYTHING = """
            image: {repository: registry.example.org/ml, tag: "1.2.3", pullSecrets: [pull]}
            traces: {endpoint: "http://collector:4317"}
            featureService: {files: {existingClaim: warehouse-files}}
            inferenceService:
              models: {existingClaim: models}
              env: [{name: MILLRACE_INFERENCE_PREDICT_DEADLINE, value: 3s}]
              podAnnotations: {note: "yes"}
              nodeSelector: {disk: ssd}
              tolerations: [{key: ml, operator: Exists}]
              affinity: {nodeAffinity: {}}
            edgeGateway:
              config: {millrace.edge.allowed-addresses.airports: "10.0.0.0/8", millrace.edge.cycle.interval: 30s}
            networkPolicy:
              callers: [{namespaceSelector: {matchLabels: {team: fraud}}}]
              monitors: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
            monitoring:
              serviceMonitor: {enabled: true, labels: {release: prometheus}}
              rules: {enabled: true}
            """;

    static final String LEAST = """
            registryService: {enabled: false}
            edgeGateway: {enabled: false}
            disruptionBudget: {enabled: false}
            networkPolicy: {enabled: false}
            monitoring: {dashboards: {enabled: false}}
            """;

    static Stream<Named<Manifests>> renderings() {
        return Stream.of(
                Named.of("the defaults", Chart.render(Chart.GIVEN)),
                Named.of("features in Redis", Chart.render(Chart.GIVEN, REDIS)),
                Named.of("everything set", Chart.render(Chart.GIVEN, EVERYTHING)),
                Named.of("as little as there can be", Chart.render(Chart.GIVEN, LEAST)));
    }

    @ParameterizedTest
    @MethodSource("renderings")
    void theApiKnowsEveryField(Manifests manifests) {
        assertThat(manifests.all()).isNotEmpty();
        assertThat(manifests.unknown()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("renderings")
    void namesAreUniqueAndInTheNamespaceOfTheRelease(Manifests manifests) {
        var seen = new HashSet<String>();
        for (HasMetadata manifest : manifests.all()) {
            assertThat(seen.add(
                            manifest.getKind() + "/" + manifest.getMetadata().getName()))
                    .as(
                            "%s %s is there once",
                            manifest.getKind(), manifest.getMetadata().getName())
                    .isTrue();
            assertThat(manifest.getMetadata().getNamespace()).isEqualTo(Chart.NAMESPACE);
            assertThat(manifest.getMetadata().getLabels())
                    .containsEntry("app.kubernetes.io/part-of", "millrace")
                    .containsEntry("app.kubernetes.io/instance", Chart.RELEASE);
        }
    }

    @ParameterizedTest
    @MethodSource("renderings")
    void everyPodIsRestricted(Manifests manifests) {
        assertThat(manifests.pods()).hasSizeGreaterThanOrEqualTo(2);
        manifests.pods().forEach((workload, pod) -> {
            var spec = pod.getSpec();
            assertThat(spec.getAutomountServiceAccountToken()).as(workload).isFalse();
            assertThat(spec.getSecurityContext().getRunAsNonRoot()).as(workload).isTrue();
            assertThat(spec.getSecurityContext().getRunAsUser()).as(workload).isPositive();
            assertThat(spec.getSecurityContext().getSeccompProfile().getType())
                    .as(workload)
                    .isEqualTo("RuntimeDefault");
            assertThat(spec.getHostNetwork()).as(workload).isNull();
            assertThat(spec.getHostPID()).as(workload).isNull();
            assertThat(spec.getInitContainers()).as(workload).isEmpty();
            for (Container container : spec.getContainers()) {
                var context = container.getSecurityContext();
                assertThat(context.getAllowPrivilegeEscalation()).as(workload).isFalse();
                assertThat(context.getReadOnlyRootFilesystem()).as(workload).isTrue();
                assertThat(context.getPrivileged()).as(workload).isNull();
                assertThat(context.getCapabilities().getDrop()).as(workload).containsExactly("ALL");
                assertThat(context.getCapabilities().getAdd()).as(workload).isEmpty();
            }
            assertThat(spec.getVolumes()).as(workload).noneMatch(volume -> volume.getHostPath() != null);
        });
    }

    @ParameterizedTest
    @MethodSource("renderings")
    void everyMountHasItsVolume(Manifests manifests) {
        manifests.pods().forEach((workload, pod) -> {
            var volumes = new HashSet<String>();
            pod.getSpec().getVolumes().forEach(volume -> volumes.add(volume.getName()));
            manifests.of(StatefulSet.class).stream()
                    .filter(set -> set.getMetadata().getName().equals(workload))
                    .flatMap(set -> set.getSpec().getVolumeClaimTemplates().stream())
                    .forEach(claim -> volumes.add(claim.getMetadata().getName()));
            container(pod)
                    .getVolumeMounts()
                    .forEach(mount -> assertThat(volumes).as(workload).contains(mount.getName()));
        });
    }

    @ParameterizedTest
    @MethodSource("renderings")
    void everyPodIsProbedOnTheManagementPortAndBounded(Manifests manifests) {
        manifests.pods().forEach((workload, pod) -> {
            Container container = container(pod);
            assertProbe(container.getStartupProbe(), "/q/health/started");
            assertProbe(container.getLivenessProbe(), "/q/health/live");
            assertProbe(container.getReadinessProbe(), "/q/health/ready");
            assertThat(container.getResources().getRequests()).as(workload).containsKeys("cpu", "memory");
            assertThat(container.getResources().getLimits()).as(workload).containsKey("memory");
            assertThat(container.getPorts())
                    .extracting("name", "containerPort")
                    .containsExactly(tuple("http", 8080), tuple("grpc", 9090), tuple("management", 9000));
        });
    }

    @ParameterizedTest
    @MethodSource("renderings")
    void aPodEndsGracefully(Manifests manifests) {
        manifests.pods().forEach((workload, pod) -> {
            long drain = container(pod).getLifecycle().getPreStop().getSleep().getSeconds();
            assertThat(drain).as(workload).isPositive();
            assertThat(pod.getSpec().getTerminationGracePeriodSeconds())
                    .as("%s: drain, then 10 s each for calls over HTTP and gRPC, then a margin", workload)
                    .isGreaterThan(drain + 20);
        });
    }

    @ParameterizedTest
    @MethodSource("renderings")
    void imagesHaveATagOrDigestAndNeverLatest(Manifests manifests) {
        manifests.pods().forEach((workload, pod) -> assertThat(container(pod).getImage())
                .as(workload)
                .matches(
                        ".+/(feature|inference|registry|edge)-(service|gateway)(:[A-Za-z0-9_][A-Za-z0-9_.-]*|@sha256:[0-9a-f]{64})")
                .doesNotEndWith(":latest"));
    }

    @ParameterizedTest
    @MethodSource("renderings")
    void secretsAreReferencesOnly(Manifests manifests) {
        manifests.pods().forEach((workload, pod) -> container(pod).getEnv().forEach(entry -> {
            String name = entry.getName().toLowerCase(Locale.ROOT);
            if (Stream.of("password", "secret", "token", "jaas", "username").anyMatch(name::contains)) {
                assertThat(entry.getValue())
                        .as("%s %s", workload, entry.getName())
                        .isNull();
                assertThat(entry.getValueFrom().getSecretKeyRef().getName())
                        .as("%s %s", workload, entry.getName())
                        .isNotBlank();
            }
        }));
    }

    @ParameterizedTest
    @MethodSource("renderings")
    void everyPodIsReachedAndCoveredByItsServiceAccountAndSelectors(Manifests manifests) {
        manifests.pods().forEach((workload, pod) -> {
            Map<String, String> labels = pod.getMetadata().getLabels();
            manifests.only(ServiceAccount.class, pod.getSpec().getServiceAccountName());
            assertThat(labels)
                    .containsAllEntriesOf(
                            manifests.only(Service.class, workload).getSpec().getSelector());
            for (var budget : manifests.of(PodDisruptionBudget.class)) {
                if (budget.getMetadata().getName().equals(workload)) {
                    assertThat(labels)
                            .containsAllEntriesOf(budget.getSpec().getSelector().getMatchLabels());
                }
            }
            for (var policy : manifests.of(NetworkPolicy.class)) {
                if (policy.getMetadata().getName().equals(workload)) {
                    assertThat(labels)
                            .containsAllEntriesOf(
                                    policy.getSpec().getPodSelector().getMatchLabels());
                    assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
                }
            }
        });
    }

    private static Container container(PodTemplateSpec pod) {
        assertThat(pod.getSpec().getContainers()).hasSize(1);
        return pod.getSpec().getContainers().getFirst();
    }

    private static void assertProbe(Probe probe, String path) {
        assertThat(probe.getHttpGet().getPath()).isEqualTo(path);
        assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("management");
        assertThat(probe.getPeriodSeconds()).isPositive();
    }
}
