package io.millrace.inference.domain;

/** Why a model version is refused. */
public enum ModelFault {
    /** {@code model.yaml} is missing, cannot be read, or has faults. */
    INVALID_DEFINITION,
    /** {@code policy.yaml} has faults, and no earlier one was read. */
    INVALID_POLICY,
    /** {@code golden.json} has faults. */
    INVALID_GOLDEN,
    /** The rows of the reference cannot be read, or lack a column that the model takes. */
    INVALID_REFERENCE,
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
    /** The file's size or SHA-256 is not the declared one. */
    DIGEST_MISMATCH,
    /** Signatures are asked for, and the version has none that holds. */
    UNTRUSTED,
    /** The file is a Python pickle or joblib dump: loading one runs code. */
    PICKLE,
    /** The file is an archive or compressed. */
    ARCHIVE,
    /** The file is something else that is not ONNX. */
    NOT_ONNX,
    /** The file is not of the format that {@code engine} says. */
    NOT_THIS_FORMAT,
    /** The model is of a kind that is not converted. */
    NOT_CONVERTIBLE,
    /** The converted model answers otherwise than the one that it was made of. */
    CONVERSION_DIFFERS,
    /** The file wants data from other files. */
    EXTERNAL_DATA,
    /** Inputs or outputs are not what {@code model.yaml} says. */
    SIGNATURE_MISMATCH,
    /** The engine that the model needs is not installed. */
    ENGINE_MISSING,
    /** The engine does not take the file. */
    ENGINE_REFUSED,
    /** The first run failed, or gave another shape than declared. */
    WARM_UP_FAILED,
    /** A golden request was not answered as expected. */
    GOLDEN_MISMATCH
}
