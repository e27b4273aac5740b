package io.millrace.inference.domain;

/** Why a model version is refused. */
public enum ModelFault {
    /** {@code model.yaml} is missing, cannot be read, or has faults. */
    INVALID_DEFINITION,
    /** The file that {@code model.yaml} names is not there. */
    FILE_MISSING,
    /** The file cannot be read at the moment. */
    UNREADABLE,
    /** The file is larger than the service is set to load. */
    TOO_LARGE,
    /** {@code file} points out of the version's folder. */
    PATH_ESCAPE,
    /** The folder or one of its files is a symbolic link. */
    SYMLINK,
    /** The file's SHA-256 is not the declared one. */
    DIGEST_MISMATCH,
    /** The file is a Python pickle or joblib dump: loading one runs code. */
    PICKLE,
    /** The file is an archive or compressed. */
    ARCHIVE,
    /** The file is something else that is not ONNX. */
    NOT_ONNX,
    /** The file wants data from other files. */
    EXTERNAL_DATA,
    /** Inputs or outputs are not what {@code model.yaml} says. */
    SIGNATURE_MISMATCH,
    /** The engine does not take the file. */
    ENGINE_REFUSED,
    /** The first run failed, or gave another shape than declared. */
    WARM_UP_FAILED
}
