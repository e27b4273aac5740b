package io.millrace.features.app.offline;

/** Somebody else has written what a batch was about to write; go on from where the store is now. */
public class OfflineConflictException extends OfflineStoreException {
    public OfflineConflictException(String message) {
        super(message, null);
    }
}
