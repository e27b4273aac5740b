package io.millrace.local.platform;

import java.nio.file.Path;

/** The four services; the order of the constants gives their ports. */
public enum Service {
    FEATURES("feature-service"),
    INFERENCE("inference-service"),
    REGISTRY("registry-service"),
    EDGE("edge-gateway");

    private final String module;

    Service(String module) {
        this.module = module;
    }

    /** The Maven module's folder, which is the service's name too. */
    public String module() {
        return module;
    }

    /** The built application inside the clone. */
    public Path jar(Path clone) {
        return clone.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    }
}
