package io.millrace.inference.store;

import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.config.InferenceConfig;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A model repository in a bucket, or in a part of one. Objects come one after another, so a version is there once its {@code model.yaml} is: write that last. What changed is seen by
 * the objects' tags.
 */
public final class ModelBucket extends ModelStore implements AutoCloseable {
    private final S3Client client;
    private final String bucket;
    private final String prefix;

    /**
     * @param prefix what all names begin with; may be empty
     * @param maxFileBytes larger model files are refused; less than 2 GiB
     */
    ModelBucket(S3Client client, String bucket, String prefix, long maxFileBytes, TrustedKeys trusted) {
        super(maxFileBytes, trusted);
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /** A client as the settings say. */
    static S3Client client(InferenceConfig.S3 settings) {
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

    private static AwsCredentialsProvider credentials(InferenceConfig.S3 settings) {
        if (settings.accessKey().isPresent() && settings.secretKey().isPresent()) {
            return StaticCredentialsProvider.create(AwsBasicCredentials.create(
                    settings.accessKey().get(), settings.secretKey().get()));
        }
        return AwsCredentialsProviderChain.of(
                EnvironmentVariableCredentialsProvider.create(), SystemPropertyCredentialsProvider.create());
    }

    @Override
    public Contents look() throws IOException {
        // model/version → the tags of its objects, by name
        Map<String, Map<String, String>> versions = new TreeMap<>();
        var policies = new HashMap<String, String>();
        try {
            for (S3Object object : client.listObjectsV2Paginator(
                            request -> request.bucket(bucket).prefix(prefix))
                    .contents()) {
                String[] path = object.key().substring(prefix.length()).split("/", 3);
                String tag = object.size() + ":" + object.eTag();
                if (path[0].isEmpty() || path[0].startsWith(".")) {
                    continue;
                }
                if (path.length == 2 && path[1].equals(POLICY)) {
                    policies.put(path[0], tag);
                } else if (path.length == 3 && !path[1].startsWith(".")) {
                    versions.computeIfAbsent(path[0] + "/" + path[1], _ -> new TreeMap<>())
                            .put(path[2], tag);
                }
            }
        } catch (SdkException e) {
            throw new IOException("bucket " + bucket + " cannot be listed: " + e.getMessage(), e);
        }
        var candidates = new ArrayList<Candidate>();
        versions.forEach((path, objects) -> {
            if (objects.containsKey(DEFINITION)) {
                String[] names = path.split("/", 2);
                candidates.add(new Candidate(names[0], names[1], objects.toString()));
            }
        });
        policies.keySet()
                .retainAll(
                        new TreeSet<>(candidates.stream().map(Candidate::name).toList()));
        return new Contents(candidates, policies);
    }

    @Override
    byte[] bytes(List<String> path, long maxBytes) throws IOException, ModelRefusedException {
        String key = prefix + String.join("/", path);
        try (ResponseInputStream<GetObjectResponse> object =
                client.getObject(request -> request.bucket(bucket).key(key))) {
            byte[] bytes = object.readNBytes(Math.toIntExact(maxBytes + 1));
            if (bytes.length > maxBytes) {
                object.abort();
                throw tooLarge(path, maxBytes);
            }
            return bytes;
        } catch (NoSuchKeyException e) {
            throw new NoSuchFileException(key, null, e.getMessage());
        } catch (SdkException e) {
            throw new IOException("object storage did not give " + key + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
