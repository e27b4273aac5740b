package io.millrace.features.store;

/**
 * What the embedded store may use.
 *
 * @param blockCacheBytes memory for blocks, indexes and filters that were read
 * @param writeBufferBytes memory for what was written and is not yet in a file
 * @param maxOpenFiles file handles
 */
public record RocksDbSettings(long blockCacheBytes, long writeBufferBytes, int maxOpenFiles) {
    /** 64 MiB of blocks, 32 MiB of write buffers, 512 files. */
    public static final RocksDbSettings DEFAULT = new RocksDbSettings(64L << 20, 32L << 20, 512);

    private static final long SMALLEST = 1L << 20;

    public RocksDbSettings {
        if (blockCacheBytes < SMALLEST || writeBufferBytes < SMALLEST || maxOpenFiles < 16) {
            throw new IllegalArgumentException(
                    "the online store needs at least 1 MiB of block cache, 1 MiB of write buffers and 16 files, got "
                            + blockCacheBytes + " and " + writeBufferBytes + " bytes and " + maxOpenFiles + " files");
        }
    }
}
