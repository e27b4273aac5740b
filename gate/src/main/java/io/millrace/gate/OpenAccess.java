package io.millrace.gate;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The default: everybody may do everything, and {@link AccessNotice} says so at start. */
@ApplicationScoped
@DefaultBean
public class OpenAccess implements AccessPolicy {
    @Override
    public Caller admit(String operation, Function<String, @Nullable String> credentials) {
        return Caller.ANONYMOUS;
    }
}
