package io.millrace.gate;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one place where a caller is identified and allowed. Each REST request and each gRPC call passes it before anything else
 * of the service sees it; a bean of this type replaces the open default.
 */
public interface AccessPolicy {
    /**
     * Identifies the caller and decides.
     *
     * @param operation the full gRPC method ({@code millrace.features.v1.FeatureService/GetOnlineFeatures}) or the REST resource
     *     method ({@code OnlineFeaturesResource#getOnlineFeatures}); never the path, which has many spellings
     * @param credentials reads a header or metadata entry by its lower-case name
     * @return who calls
     * @throws Refusal with {@link Reason.Kind#UNAUTHENTICATED} or {@link Reason.Kind#PERMISSION_DENIED}
     */
    Caller admit(String operation, Function<String, @Nullable String> credentials);
}
