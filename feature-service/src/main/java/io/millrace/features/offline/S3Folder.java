package io.millrace.features.offline;

import io.millrace.features.config.OfflineStoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A bucket, or a part of one. A manifest is replaced by a conditional write ({@code If-None-Match: *} or {@code If-Match} with the tag of what it replaces), so that of several writers
 * one is first; files are read from copies on this machine.
 */
final class S3Folder implements OfflineFolder {
    private static final int CONDITION_NOT_MET = 412;
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;

    private final S3Client client;
    private final String bucket;
    private final String prefix;
    private final FileCache cache;

    S3Folder(S3Client client, String bucket, String prefix, FileCache cache) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
        this.cache = cache;
    }

    /** A client as the settings say. */
    static S3Client client(OfflineStoreConfig.S3 settings) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClient(UrlConnectionHttpClient.builder()
                        .socketTimeout(settings.timeout())
                        .connectionTimeout(settings.timeout())
                        .build())
                .region(Region.of(settings.region()))
                .forcePathStyle(settings.pathStyle())
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .credentialsProvider(credentials(settings));
        settings.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private static AwsCredentialsProvider credentials(OfflineStoreConfig.S3 settings) {
        if (settings.accessKey().isPresent() && settings.secretKey().isPresent()) {
            return StaticCredentialsProvider.create(AwsBasicCredentials.create(
                    settings.accessKey().get(), settings.secretKey().get()));
        }
        return AwsCredentialsProviderChain.of(
                EnvironmentVariableCredentialsProvider.create(), SystemPropertyCredentialsProvider.create());
    }

    @Override
    public Optional<Content> read(String name) throws IOException {
        return called(name, () -> {
            try {
                ResponseBytes<GetObjectResponse> object = client.getObjectAsBytes(
                        request -> request.bucket(bucket).key(prefix + name));
                return Optional.of(
                        new Content(object.asByteArray(), object.response().eTag()));
            } catch (NoSuchKeyException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public boolean replace(String name, byte[] bytes, @Nullable String tag) throws IOException {
        PutObjectRequest.Builder request =
                PutObjectRequest.builder().bucket(bucket).key(prefix + name).contentType("application/json");
        if (tag == null) {
            request.ifNoneMatch("*");
        } else {
            request.ifMatch(tag);
        }
        return called(name, () -> {
            try {
                client.putObject(request.build(), RequestBody.fromBytes(bytes));
                return true;
            } catch (S3Exception e) {
                if (e.statusCode() == CONDITION_NOT_MET
                        || e.statusCode() == CONFLICT
                        || (tag != null && e.statusCode() == NOT_FOUND)) {
                    return false;
                }
                throw e;
            }
        });
    }

    @Override
    public void put(String name, Path file) throws IOException {
        called(
                name,
                () -> client.putObject(
                        request -> request.bucket(bucket).key(prefix + name), RequestBody.fromFile(file)));
        Files.delete(file);
    }

    @Override
    public Path fetch(String name, long bytes, String sha256) throws IOException {
        try {
            return cache.fetch(name, bytes, sha256, target -> download(name, target));
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(name + ": " + e.getMessage(), e);
        }
    }

    private void download(String name, Path target) throws IOException {
        boolean found = called(name, () -> {
            try {
                client.getObject(
                        request -> request.bucket(bucket).key(prefix + name), ResponseTransformer.toFile(target));
                return true;
            } catch (NoSuchKeyException e) {
                return false;
            }
        });
        if (!found) {
            throw new NoSuchFileException(name);
        }
    }

    @Override
    public void release(String name) {
        cache.release(name);
    }

    @Override
    public List<Entry> list(String folder) throws IOException {
        return called(
                folder,
                () ->
                        client
                                .listObjectsV2Paginator(
                                        request -> request.bucket(bucket).prefix(prefix + folder))
                                .contents()
                                .stream()
                                .map(object -> new Entry(
                                        object.key().substring(prefix.length()), object.size(), object.lastModified()))
                                .toList());
    }

    @Override
    public void delete(List<String> names) throws IOException {
        for (String name : names) {
            called(
                    name,
                    () -> client.deleteObject(request -> request.bucket(bucket).key(prefix + name)));
            cache.forget(name);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private static <T> T called(String name, Supplier<T> call) throws IOException {
        try {
            return call.get();
        } catch (SdkException e) {
            throw new IOException("object storage did not do it for " + name + ": " + e.getMessage(), e);
        }
    }
}
