package io.millrace.inference.app;

import io.millrace.inference.domain.ModelFault;
import org.jspecify.annotations.Nullable;

/** A model version that must not serve. */
public final class ModelRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ModelFault fault;

    public ModelRefusedException(ModelFault fault, String detail) {
        this(fault, detail, null);
    }

    public ModelRefusedException(ModelFault fault, String detail, @Nullable Throwable cause) {
        super(fault + ": " + detail, cause);
        this.fault = fault;
    }

    public ModelFault fault() {
        return fault;
    }

    /** The fault and what it is about. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
