package io.millrace.inference.app.learn;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The model repository, as those see it who put versions there. */
public interface VersionStore {
    /** Says of a version that it is a snapshot of an online model; no other version is ever replaced or removed. */
    String MARK = "snapshot.json";

    String DEFINITION = "model.yaml";

    /**
     * Puts a version there, so that nobody sees a part of it. Safe to repeat.
     *
     * @param files by name, {@value #DEFINITION} and {@value #MARK} among them
     * @return false where it is there with the same definition, and so the same file, already
     * @throws IOException where it cannot be written, or a version of that number is there that is none of ours
     */
    boolean put(String model, String version, Map<String, byte[]> files) throws IOException;

    /** The versions of a model that are snapshots, in no order. */
    List<String> snapshots(String model) throws IOException;

    /** Removes a snapshot, so that nobody sees a part of it; one that is not there is removed. */
    void remove(String model, String version) throws IOException;
}
