package io.millrace.inference.app;

import io.millrace.inference.domain.VersionPolicy;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Where model versions come from. */
public interface ModelRepository {
    /**
     * What is there now, without reading the files. A repository that was never there is empty.
     *
     * @throws IOException where nobody can tell what is there; that is not the same as nothing being there
     */
    Contents look() throws IOException;

    /**
     * Reads and checks a version: definition, file, digest and golden requests.
     *
     * @throws ModelRefusedException where it must not serve
     */
    ModelFile read(Candidate candidate) throws ModelRefusedException;

    /**
     * Reads a model's version policy, where {@link Contents#policies} says that there is one.
     *
     * @throws ModelRefusedException INVALID_POLICY, SYMLINK, TOO_LARGE; UNREADABLE where the next try may pass
     */
    VersionPolicy policy(String model) throws ModelRefusedException;

    /**
     * What is there.
     *
     * @param policies fingerprints of version policies, by model; models without one are not named
     */
    record Contents(List<Candidate> versions, Map<String, String> policies) {
        public Contents {
            versions = List.copyOf(versions);
            policies = Map.copyOf(policies);
        }
    }

    /**
     * A version that may be loaded.
     *
     * @param fingerprint changes when any of its files does
     */
    record Candidate(String name, String version, String fingerprint) {}
}
