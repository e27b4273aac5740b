package io.millrace.inference.config;

import io.millrace.inference.app.explain.References;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** What explanations rest on where nothing else is there. */
@Singleton
public class ExplainWiring {
    @Produces
    @Singleton
    @DefaultBean
    References references() {
        return References.NONE;
    }
}
