package io.millrace.features.store;

import org.jspecify.annotations.Nullable;

/**
 * The store's content is not what this Millrace wrote: damaged, or of another version. Trying again does not help. The state can be built again from
 * Kafka: move the folder (or the keys) away and start the service.
 */
public final class DamagedStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DamagedStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
