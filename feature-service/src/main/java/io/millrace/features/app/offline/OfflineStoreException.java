package io.millrace.features.app.offline;

import org.jspecify.annotations.Nullable;

/** The offline store cannot be read or written, or a file of it is damaged; the message says which. Nothing was changed, or it is not known whether it was. */
public class OfflineStoreException extends RuntimeException {
    public OfflineStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
