package io.millrace.inference.app;

import java.io.IOException;
import java.util.List;

/** Where model versions come from. */
public interface ModelRepository {
    /**
     * What is there now, without reading the files. A repository that was never there is empty.
     *
     * @throws IOException where nobody can tell what is there; that is not the same as nothing being there
     */
    List<Candidate> look() throws IOException;

    /**
     * Reads and checks a version: definition, file and digest.
     *
     * @throws ModelRefusedException where it must not serve
     */
    ModelFile read(Candidate candidate) throws ModelRefusedException;

    /**
     * A version that may be loaded.
     *
     * @param fingerprint changes when any of its files does
     */
    record Candidate(String name, String version, String fingerprint) {}
}
