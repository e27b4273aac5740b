package io.millrace.inference.grpc;

import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.quarkus.grpc.api.ServerBuilderCustomizer;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.vertx.grpc.VertxServerBuilder;
import jakarta.inject.Singleton;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** Messages compressed with {@code deflate}, which Triton's clients may send and gRPC's Java library does not know by itself. What a message may hold bounds what comes out. */
@Singleton
public class Deflate implements ServerBuilderCustomizer<VertxServerBuilder> {
    private static final Codec CODEC = new Codec() {
        @Override
        public String getMessageEncoding() {
            return "deflate";
        }

        @Override
        public InputStream decompress(InputStream compressed) {
            return new InflaterInputStream(compressed);
        }

        @Override
        public OutputStream compress(OutputStream plain) {
            return new DeflaterOutputStream(plain);
        }
    };

    @Override
    public void customize(GrpcServerConfiguration config, VertxServerBuilder builder) {
        builder.decompressorRegistry(DecompressorRegistry.getDefaultInstance().with(CODEC, true));
    }
}
