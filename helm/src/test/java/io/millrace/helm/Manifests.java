package io.millrace.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Rendered manifests as the API's own types.
 *
 * @param unknown paths of fields that the API does not know
 */
record Manifests(List<HasMetadata> all, List<String> unknown) {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "v1/ConfigMap", ConfigMap.class,
            "v1/Service", Service.class,
            "v1/ServiceAccount", ServiceAccount.class,
            "apps/v1/Deployment", Deployment.class,
            "apps/v1/StatefulSet", StatefulSet.class,
            "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
            "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
            "monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class,
            "monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class);

    /**
     * Reads YAML documents; a key that occurs twice is refused.
     *
     * @throws IllegalStateException where a kind is none of those that the chart may hold
     */
    static Manifests parse(String yaml) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setCodePointLimit(16 << 20);
        var all = new ArrayList<HasMetadata>();
        var unknown = new ArrayList<String>();
        for (Object document : new Yaml(options).loadAll(yaml)) {
            if (document == null) {
                continue;
            }
            JsonNode written = JSON.valueToTree(document);
            String kind = written.path("apiVersion").asText() + "/"
                    + written.path("kind").asText();
            Class<? extends HasMetadata> type = KINDS.get(kind);
            if (type == null) {
                throw new IllegalStateException("the chart renders a " + kind + ", which no test knows");
            }
            HasMetadata manifest = JSON.convertValue(written, type);
            all.add(manifest);
            UnknownFields.collect(kind, manifest, unknown);
        }
        return new Manifests(List.copyOf(all), List.copyOf(unknown));
    }

    <T extends HasMetadata> List<T> of(Class<T> type) {
        return all.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends HasMetadata> T only(Class<T> type, String name) {
        var found = of(type).stream()
                .filter(manifest -> manifest.getMetadata().getName().equals(name))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " " + type.getSimpleName() + " " + name + " among "
                    + all.stream()
                            .map(manifest -> manifest.getKind() + " "
                                    + manifest.getMetadata().getName())
                            .toList());
        }
        return found.getFirst();
    }

    /** Pod templates by the name of their workload. */
    Map<String, PodTemplateSpec> pods() {
        var pods = new TreeMap<String, PodTemplateSpec>();
        of(Deployment.class)
                .forEach(workload -> pods.put(
                        workload.getMetadata().getName(), workload.getSpec().getTemplate()));
        of(StatefulSet.class)
                .forEach(workload -> pods.put(
                        workload.getMetadata().getName(), workload.getSpec().getTemplate()));
        return pods;
    }

    /** Environment of the one container of a workload's pods, in order. */
    List<EnvVar> env(String workload) {
        PodTemplateSpec pod = pods().get(workload);
        if (pod == null) {
            throw new AssertionError("no workload " + workload + " among " + pods().keySet());
        }
        return pod.getSpec().getContainers().getFirst().getEnv();
    }
}
