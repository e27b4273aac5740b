package io.millrace.jobs.grpc;

import com.google.protobuf.ByteString;
import io.millrace.gate.grpc.GrpcWork;
import io.smallrye.mutiny.Multi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The file that a job made, as a stream of parts of at most 256 KiB. A part is read when the one before was taken: a slow reader costs one part. */
public final class FileParts {
    private static final int BYTES = 256 << 10;

    private FileParts() {}

    /**
     * Reads a file to its end.
     *
     * @param file where it is; may refuse, which fails the stream
     */
    public static Multi<ByteString> of(GrpcWork work, Supplier<Path> file) {
        return work.run(file).onItem().transformToMulti(found -> Multi.createBy()
                .repeating()
                .uni(() -> new long[1], at -> work.run(() -> part(found, at)))
                .until(ByteString::isEmpty));
    }

    private static ByteString part(Path file, long[] at) {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocate(BYTES);
            int read = channel.read(buffer, at[0]);
            at[0] += Math.max(0, read);
            return ByteString.copyFrom(buffer.flip());
        } catch (IOException e) {
            throw new UncheckedIOException("the file of a job cannot be read", e);
        }
    }
}
