package io.millrace.inference.app.deploy;

import io.millrace.inference.domain.deploy.Deployment;
import java.util.Optional;

/** Which policy chooses the arms of a deployment. */
@FunctionalInterface
public interface ArmPolicies {
    /** Empty where the weights do. */
    Optional<ArmPolicy> of(Deployment deployment);
}
