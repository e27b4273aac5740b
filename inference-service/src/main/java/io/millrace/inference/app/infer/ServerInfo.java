package io.millrace.inference.app.infer;

import io.millrace.inference.app.ModelCatalog;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What the server says of itself to clients of the Open Inference Protocol. */
@ApplicationScoped
public class ServerInfo {
    public static final String NAME = "millrace";

    /** The extensions of the protocol that are offered, under Triton's names. */
    public static final List<String> EXTENSIONS = List.of(
            "classification",
            "model_repository",
            "model_configuration",
            "binary_tensor_data",
            "parameters",
            "statistics");

    private final ModelCatalog models;
    private final String version;

    public ServerInfo(ModelCatalog models, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.models = models;
        this.version = version;
    }

    public String version() {
        return version;
    }

    /** Whether the model repository has been looked at and can be. */
    public boolean isReady() {
        return models.failure() == null;
    }
}
