package io.millrace.features.store;

/**
 * What the embedded store may use.
 *
 * @param blockCacheBytes memory for blocks, indexes and filters that were read
 * @param writeBufferBytes memory for what was written and is not yet in a file
 * @param maxOpenFiles file handles
 * @param tileBytes memory for tiles that were written last, so that they need not be read to be written again
 */
public record RocksDbSettings(long blockCacheBytes, long writeBufferBytes, int maxOpenFiles, long tileBytes) {
    /** 64 MiB of blocks, 64 MiB of write buffers, 512 files, 32 MiB of tiles. */
    public static final RocksDbSettings DEFAULT = new RocksDbSettings(64L << 20, 64L << 20, 512);

    private static final long SMALLEST = 1L << 20;

    private static final long TILE_BYTES = 32L << 20;

    /** The same with 32 MiB of tiles: some 150,000 of a few sums each. */
    public RocksDbSettings(long blockCacheBytes, long writeBufferBytes, int maxOpenFiles) {
        this(blockCacheBytes, writeBufferBytes, maxOpenFiles, TILE_BYTES);
    }

    public RocksDbSettings {
        if (blockCacheBytes < SMALLEST || writeBufferBytes < SMALLEST || maxOpenFiles < 16) {
            throw new IllegalArgumentException(
                    "the online store needs at least 1 MiB of block cache, 1 MiB of write buffers and 16 files, got "
                            + blockCacheBytes + " and " + writeBufferBytes + " bytes and " + maxOpenFiles + " files");
        }
    }
}
