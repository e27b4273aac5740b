package io.millrace.inference.app.deploy;

import io.millrace.definitions.Yaml;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import io.millrace.inference.domain.deploy.Experiment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What becomes of a deployment when its experiment ends: the definition of its next revision, without the experiment. */
public enum Settlement {
    /** The challenger's model becomes the champion's, which gets the calls of both. */
    PROMOTE,
    /** The champion gets the challenger's calls; the challenger goes. */
    ROLL_BACK,
    /** Everything stays as it is, and the experiment is over. */
    KEEP;

    /** The next definition as it is written. */
    String next(Deployment deployment, Experiment experiment) {
        ModelReference challenger = model(deployment, experiment.challenger());
        List<Map<String, Object>> arms = new ArrayList<>();
        for (Arm arm : deployment.arms()) {
            if (arm.name().equals(experiment.champion())) {
                ModelReference model = this == PROMOTE ? challenger : arm.model();
                arms.add(
                        member(arm.name(), model, "weight", arm.weight() + deployment.weight(experiment.challenger())));
            } else if (!arm.name().equals(experiment.challenger())) {
                arms.add(member(arm.name(), arm.model(), "weight", arm.weight()));
            }
        }
        List<Map<String, Object>> shadows = new ArrayList<>();
        for (Shadow shadow : deployment.shadows()) {
            if (!shadow.name().equals(experiment.challenger())) {
                shadows.add(member(shadow.name(), shadow.model(), "sample", shadow.sample()));
            }
        }
        return text(deployment, arms, shadows);
    }

    private static ModelReference model(Deployment deployment, String name) {
        for (Arm arm : deployment.arms()) {
            if (arm.name().equals(name)) {
                return arm.model();
            }
        }
        return deployment.shadows().stream()
                .filter(shadow -> shadow.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a checked experiment has its challenger"))
                .model();
    }

    private static Map<String, Object> member(String name, ModelReference model, String share, double percent) {
        var member = new LinkedHashMap<String, Object>();
        member.put("name", name);
        member.put("model", model.name());
        model.version().ifPresent(version -> member.put("version", version));
        member.put(share, percent);
        return member;
    }

    private static String text(
            Deployment deployment, List<Map<String, Object>> arms, List<Map<String, Object>> shadows) {
        var map = new LinkedHashMap<String, Object>();
        map.put("kind", "Deployment");
        map.put("name", deployment.name());
        if (!deployment.description().isEmpty()) {
            map.put("description", deployment.description());
        }
        if (!deployment.owner().isEmpty()) {
            map.put("owner", deployment.owner());
        }
        map.put("arms", arms);
        if (!shadows.isEmpty()) {
            map.put("shadow", shadows);
        }
        switch (deployment.sticky()) {
            case Sticky.Request() -> map.put("sticky", "request");
            case Sticky.Entity() -> map.put("sticky", "entity");
            case Sticky.Field(String field) -> map.put("sticky", Map.of("field", field));
        }
        return Yaml.write(map);
    }
}
