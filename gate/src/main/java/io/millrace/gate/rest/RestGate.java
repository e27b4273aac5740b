package io.millrace.gate.rest;

import io.millrace.gate.AccessPolicy;
import io.millrace.gate.Caller;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Method;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Asks the access policy before every resource method; the caller is kept as the request property {@link #CALLER}. */
public class RestGate {
    /** Request property that holds the {@link Caller}. */
    public static final String CALLER = "millrace.caller";

    private final AccessPolicy policy;

    public RestGate(AccessPolicy policy) {
        this.policy = policy;
    }

    @ServerRequestFilter(priority = 1000)
    public void admit(ContainerRequestContext request, ResourceInfo resource) {
        Method method = resource.getResourceMethod();
        String operation = method.getDeclaringClass().getSimpleName() + "#" + method.getName();
        Caller caller = policy.admit(operation, request::getHeaderString);
        request.setProperty(CALLER, caller);
    }
}
