package io.millrace.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.io.StringReader;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What each service gets: which workload, which volume, which addresses. */
class WorkloadsTest {
    private static final String FEATURES = "prod-feature-service";
    private static final String INFERENCE = "prod-inference-service";
    private static final String REGISTRY = "prod-registry-service";
    private static final String EDGE = "prod-edge-gateway";

    private final Manifests defaults = Chart.render(Chart.GIVEN);

    @Test
    void theEmbeddedStoreIsAVolumeOfTheOneReplica() {
        StatefulSet set = defaults.only(StatefulSet.class, FEATURES);
        assertThat(set.getSpec().getReplicas()).isEqualTo(1);
        assertThat(claims(set)).containsExactly("online-store", "data");
        assertThat(value(defaults, FEATURES, "MILLRACE_FEATURES_OFFLINE_STORE_DIRECTORY"))
                .startsWith(mountPath(defaults, FEATURES, "data"));
        assertThat(value(defaults, FEATURES, "MILLRACE_FEATURES_ONLINE_STORE_DIRECTORY"))
                .isEqualTo(mountPath(defaults, FEATURES, "online-store"));
    }

    @Test
    void severalReplicasOfTheEmbeddedStoreAreRefused() {
        assertThatThrownBy(() -> Chart.render(Chart.GIVEN, "featureService: {replicas: 2}"))
                .hasMessageContaining("the embedded online store serves one replica");
    }

    @Test
    void withRedisFeatureServiceIsADeploymentWithoutAClaim() {
        Manifests manifests = Chart.render(Chart.GIVEN, RenderingTest.REDIS);
        Deployment deployment = manifests.only(Deployment.class, FEATURES);
        assertThat(deployment.getSpec().getReplicas()).isEqualTo(3);
        assertThat(deployment.getSpec().getTemplate().getSpec().getVolumes())
                .extracting("name")
                .containsExactly("tmp", "data");
        assertThat(value(manifests, FEATURES, "MILLRACE_FEATURES_TRAINING_SETS_DIRECTORY"))
                .isEqualTo("/var/lib/millrace/data/training-sets");
        assertThat(value(manifests, FEATURES, "MILLRACE_FEATURES_OFFLINE_STORE_ENABLED"))
                .as("replicas without a bucket in common keep no rows for training")
                .isEqualTo("false");
        assertThat(value(manifests, FEATURES, "QUARKUS_REDIS_HOSTS")).isEqualTo("redis://redis:6379");
        assertThat(secret(manifests, FEATURES, "QUARKUS_REDIS_PASSWORD")).isEqualTo("redis-login/password");
        assertThat(egressPorts(manifests, FEATURES)).contains(6379);
    }

    @Test
    void filesOfBatchSourcesAndTrainingSetsAreReadFromAClaim() {
        String files = "featureService: {files: {existingClaim: warehouse-files}}";
        Manifests embedded = Chart.render(Chart.GIVEN, files);
        assertThat(mountPath(embedded, FEATURES, "files")).isEqualTo("/var/lib/millrace/files");
        Manifests redis = Chart.render(Chart.GIVEN, RenderingTest.REDIS, files);
        assertThat(redis.only(Deployment.class, FEATURES)
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getVolumes())
                .extracting("name")
                .containsExactly("tmp", "data", "files");
        for (Manifests manifests : List.of(embedded, redis)) {
            assertThat(value(manifests, FEATURES, "MILLRACE_FEATURES_MATERIALIZATION_DIRECTORY"))
                    .isEqualTo("/var/lib/millrace/files/batch");
            assertThat(value(manifests, FEATURES, "MILLRACE_FEATURES_TRAINING_SETS_IMPORTS"))
                    .isEqualTo("/var/lib/millrace/files/imports");
        }
    }

    @Test
    void redisWithoutAnAddressIsRefused() {
        assertThatThrownBy(() -> Chart.render(Chart.GIVEN, "featureService: {onlineStore: {kind: redis}}"))
                .hasMessageContaining("redis.url has to be set");
    }

    @Test
    void inferenceReplicasKeepTheirOrdinalsAndKnowTheirPeers() {
        StatefulSet set = defaults.only(StatefulSet.class, INFERENCE);
        assertThat(set.getSpec().getReplicas()).isEqualTo(2);
        assertThat(set.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
        assertThat(claims(set)).containsExactly("models", "data");
        assertThat(value(defaults, INFERENCE, "MILLRACE_INFERENCE_FEATURES_ADDRESS"))
                .isEqualTo(FEATURES + ":9090");
        assertThat(value(defaults, INFERENCE, "MILLRACE_INFERENCE_REGISTRY_ADDRESS"))
                .isEqualTo(REGISTRY + ":9090");
    }

    @Test
    void aSharedModelRepositoryIsReadOnly() {
        Manifests manifests = Chart.render(Chart.GIVEN, RenderingTest.EVERYTHING);
        StatefulSet set = manifests.only(StatefulSet.class, INFERENCE);
        assertThat(claims(set)).containsExactly("data");
        var volume = set.getSpec().getTemplate().getSpec().getVolumes().stream()
                .filter(candidate -> candidate.getName().equals("models"))
                .findFirst()
                .orElseThrow();
        assertThat(volume.getPersistentVolumeClaim().getClaimName()).isEqualTo("models");
        assertThat(volume.getPersistentVolumeClaim().getReadOnly()).isTrue();
        assertThat(value(manifests, INFERENCE, "MILLRACE_INFERENCE_PREDICT_DEADLINE"))
                .isEqualTo("3s");
    }

    @Test
    void jobsScoredFilesAndLoggedCallsAreKeptOnTheVolumeOfEachReplica() {
        String data = mountPath(defaults, INFERENCE, "data");
        assertThat(value(defaults, INFERENCE, "MILLRACE_INFERENCE_JOBS_DIRECTORY"))
                .isEqualTo(data + "/jobs");
        assertThat(value(defaults, INFERENCE, "MILLRACE_INFERENCE_BATCH_DIRECTORY"))
                .isEqualTo(data + "/batch-scoring");
        assertThat(defaults.env(INFERENCE))
                .extracting(EnvVar::getName)
                .doesNotContain("MILLRACE_INFERENCE_BATCH_IMPORTS", "MILLRACE_INFERENCE_PAYLOADS_DIRECTORY");

        Manifests manifests = Chart.render(
                Chart.GIVEN, "inferenceService: {files: {existingClaim: departures}, payloads: {toFiles: true}}");
        assertThat(value(manifests, INFERENCE, "MILLRACE_INFERENCE_BATCH_IMPORTS"))
                .startsWith(mountPath(manifests, INFERENCE, "files") + "/");
        assertThat(value(manifests, INFERENCE, "MILLRACE_INFERENCE_PAYLOADS_DIRECTORY"))
                .isEqualTo(mountPath(manifests, INFERENCE, "data") + "/payloads");
    }

    @Test
    void theRegistryGetsItsLoginFromASecret() {
        defaults.only(Deployment.class, REGISTRY);
        assertThat(value(defaults, REGISTRY, "QUARKUS_DATASOURCE_JDBC_URL"))
                .isEqualTo("jdbc:postgresql://postgres:5432/millrace");
        assertThat(secret(defaults, REGISTRY, "QUARKUS_DATASOURCE_USERNAME")).isEqualTo("postgres-login/username");
        assertThat(secret(defaults, REGISTRY, "QUARKUS_DATASOURCE_PASSWORD")).isEqualTo("postgres-login/password");
        assertThat(egressPorts(defaults, REGISTRY)).contains(5432);
    }

    @Test
    void theRegistryWithoutPostgresIsRefused() {
        assertThatThrownBy(() -> Chart.render("kafka: {bootstrapServers: \"kafka:9092\"}"))
                .hasMessageContaining("postgres.url has to be set");
    }

    @Test
    void theGatewayHasOneSpoolAndReachesNodesOnlyInTheirRanges() {
        StatefulSet set = defaults.only(StatefulSet.class, EDGE);
        assertThat(set.getSpec().getReplicas()).isEqualTo(1);
        assertThat(claims(set)).containsExactly("spool");
        assertThat(value(defaults, EDGE, "MILLRACE_EDGE_SPOOL_DIRECTORY"))
                .isEqualTo(mountPath(defaults, EDGE, "spool"));
        assertThat(defaults.only(NetworkPolicy.class, EDGE).getSpec().getEgress())
                .flatExtracting("to")
                .extracting("ipBlock.cidr")
                .containsExactly("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16");
    }

    @Test
    void everyServiceReachesEveryBrokerAndListensToItsPods() {
        defaults.pods().keySet().forEach(workload -> {
            assertThat(egressPorts(defaults, workload)).as(workload).contains(53, 9092, 9093);
            assertThat(value(defaults, workload, "KAFKA_BOOTSTRAP_SERVERS")).isEqualTo("kafka-1:9092,kafka-2:9093");
            assertThat(List.of("QUARKUS_HTTP_HOST", "QUARKUS_GRPC_SERVER_HOST", "QUARKUS_MANAGEMENT_HOST"))
                    .allSatisfy(
                            name -> assertThat(value(defaults, workload, name)).isEqualTo("0.0.0.0"));
        });
    }

    @Test
    void nativeMemoryComesFromFewArenas() {
        assertThat(List.of(FEATURES, INFERENCE, REGISTRY, EDGE))
                .allSatisfy(service ->
                        assertThat(value(defaults, service, "MALLOC_ARENA_MAX")).isEqualTo("2"));
    }

    @Test
    void tracesLeaveWhereACollectorIsGiven() {
        Manifests manifests = Chart.render(Chart.GIVEN, RenderingTest.EVERYTHING);
        manifests.pods().keySet().forEach(workload -> {
            assertThat(value(manifests, workload, "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT"))
                    .isEqualTo("http://collector:4317");
            assertThat(egressPorts(manifests, workload)).contains(4317);
        });
        assertThat(defaults.env(FEATURES)).noneMatch(entry -> entry.getName().contains("OTEL"));
    }

    @Test
    void settingsByTheirOwnNamesReachTheServiceAsAFile() throws Exception {
        Manifests manifests = Chart.render(Chart.GIVEN, RenderingTest.EVERYTHING);
        var settings = new Properties();
        settings.load(
                new StringReader(manifests.only(ConfigMap.class, EDGE).getData().get("service.properties")));
        assertThat(settings)
                .containsOnly(
                        entry("millrace.edge.allowed-addresses.airports", "10.0.0.0/8"),
                        entry("millrace.edge.cycle.interval", "30s"));
        assertThat(value(manifests, EDGE, "QUARKUS_CONFIG_LOCATIONS"))
                .isEqualTo(mountPath(manifests, EDGE, "config") + "/service.properties");
    }

    @Test
    void otherSettingsMakeOtherPods() {
        String setting = "edgeGateway: {config: {millrace.edge.cycle.interval: %s}}";
        Manifests slow = Chart.render(Chart.GIVEN, setting.formatted("30s"));
        Manifests fast = Chart.render(Chart.GIVEN, setting.formatted("5s"));
        assertThat(slow.pods().get(EDGE)).isNotEqualTo(fast.pods().get(EDGE));
        assertThat(slow.pods().get(FEATURES)).isEqualTo(fast.pods().get(FEATURES));
    }

    @Test
    void aServiceThatIsOffLeavesNothingBehind() {
        Manifests manifests = Chart.render(Chart.GIVEN, RenderingTest.LEAST);
        assertThat(manifests.pods()).containsOnlyKeys(FEATURES, INFERENCE);
        assertThat(manifests.all())
                .noneMatch(manifest -> manifest.getMetadata().getName().contains("registry")
                        || manifest.getMetadata().getName().contains("edge"));
    }

    private static List<String> claims(StatefulSet set) {
        return set.getSpec().getVolumeClaimTemplates().stream()
                .map(claim -> claim.getMetadata().getName())
                .toList();
    }

    private static EnvVar variable(Manifests manifests, String workload, String name) {
        return manifests.env(workload).stream()
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(workload + " has no " + name));
    }

    private static String value(Manifests manifests, String workload, String name) {
        return variable(manifests, workload, name).getValue();
    }

    private static String secret(Manifests manifests, String workload, String name) {
        var reference = variable(manifests, workload, name).getValueFrom().getSecretKeyRef();
        return reference.getName() + "/" + reference.getKey();
    }

    private static String mountPath(Manifests manifests, String workload, String volume) {
        var mounts = manifests
                .only(StatefulSet.class, workload)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getVolumeMounts();
        return mounts.stream()
                .filter(mount -> mount.getName().equals(volume))
                .findFirst()
                .orElseThrow()
                .getMountPath();
    }

    private static List<Integer> egressPorts(Manifests manifests, String workload) {
        return manifests.only(NetworkPolicy.class, workload).getSpec().getEgress().stream()
                .flatMap(rule -> rule.getPorts().stream())
                .map(NetworkPolicyPort::getPort)
                .map(port -> port.getIntVal())
                .toList();
    }
}
