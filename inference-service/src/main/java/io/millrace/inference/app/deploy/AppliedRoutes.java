package io.millrace.inference.app.deploy;

import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.telemetry.DeploymentMetrics;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which names are split, and how, as the definitions say at this moment. A change holds for the calls that come after it. Thread-safe; {@link #find} never
 * waits.
 */
@ApplicationScoped
public class AppliedRoutes implements Routes {
    private final DefinitionCatalog catalog;
    private final DeploymentKind kind;
    private final DeploymentMetrics metrics;
    private final ArmPolicies policies;
    private final Map<String, Route> routes = new ConcurrentHashMap<>();
    private final Map<String, Map<String, ArmTally>> tallies = new TreeMap<>();

    public AppliedRoutes(
            DefinitionCatalog catalog, DeploymentKind kind, DeploymentMetrics metrics, ArmPolicies policies) {
        this.policies = policies;
        this.catalog = catalog;
        this.kind = kind;
        this.metrics = metrics;
        catalog.listen(Deployment.class, this::changed);
    }

    @Override
    public Optional<Route> find(String name) {
        return Optional.ofNullable(routes.get(name));
    }

    private synchronized void changed(String name) {
        Deployment deployment = catalog.find(Deployment.class, name).orElse(null);
        if (deployment == null) {
            routes.remove(name);
            forget(name, Set.of());
            return;
        }
        var revisions = kind.revisions(name, catalog);
        long revision = revisions.isEmpty() ? 0 : revisions.lastKey();
        Route known = routes.get(name);
        if (known == null || known.revision() != revision || !known.deployment().equals(deployment)) {
            Map<String, ArmTally> ofName = tallies.computeIfAbsent(name, _ -> new TreeMap<>());
            routes.put(
                    name,
                    Route.of(
                            deployment,
                            revision,
                            arm -> ofName.computeIfAbsent(arm, _ -> {
                                var tally = new ArmTally(metrics.durations(name, arm));
                                metrics.watch(name, arm, tally);
                                return tally;
                            }),
                            policies.of(deployment)));
            var kept = new HashSet<String>();
            deployment.arms().forEach(arm -> kept.add(arm.name()));
            deployment.shadows().forEach(shadow -> kept.add(shadow.name()));
            forget(name, kept);
        }
    }

    /** Lets go of what was counted for arms that are no more. */
    private void forget(String name, Set<String> kept) {
        Map<String, ArmTally> ofName = tallies.getOrDefault(name, new TreeMap<>());
        ofName.keySet().removeIf(arm -> {
            boolean gone = !kept.contains(arm);
            if (gone) {
                metrics.forget(name, arm);
            }
            return gone;
        });
        if (ofName.isEmpty()) {
            tallies.remove(name);
        }
    }
}
