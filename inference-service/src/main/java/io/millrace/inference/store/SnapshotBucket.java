package io.millrace.inference.store;

import io.millrace.inference.app.learn.VersionStore;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Snapshots in a model repository that is a bucket: {@code model.yaml} is written last, and goes first. */
final class SnapshotBucket implements VersionStore, AutoCloseable {
    private final S3Client client;
    private final String bucket;
    private final String prefix;

    /** @param prefix what all names begin with; may be empty */
    SnapshotBucket(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    @Override
    public boolean put(String model, String version, Map<String, byte[]> files) throws IOException {
        String place = prefix + model + "/" + version + "/";
        try {
            byte[] there = definition(place);
            if (there.length > 0) {
                if (Arrays.equals(there, files.get(DEFINITION))) {
                    return false;
                }
                throw new FileAlreadyExistsException(
                        place + " is there already, and is another version than the one that was learned");
            }
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                if (!file.getKey().equals(DEFINITION)) {
                    write(place + file.getKey(), file.getValue());
                }
            }
            write(place + DEFINITION, files.getOrDefault(DEFINITION, new byte[0]));
            return true;
        } catch (SdkException e) {
            throw new IOException("object storage did not take " + place + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private byte[] definition(String place) {
        try {
            return client.getObjectAsBytes(request -> request.bucket(bucket).key(place + DEFINITION))
                    .asByteArray();
        } catch (NoSuchKeyException e) {
            return new byte[0];
        }
    }

    private void write(String key, byte[] content) {
        client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromBytes(content));
    }

    @Override
    public List<String> snapshots(String model) throws IOException {
        String from = prefix + model + "/";
        var versions = new ArrayList<String>();
        for (String key : keys(from)) {
            String rest = key.substring(from.length());
            if (rest.endsWith("/" + MARK) && rest.indexOf('/') == rest.length() - MARK.length() - 1) {
                versions.add(rest.substring(0, rest.indexOf('/')));
            }
        }
        return versions;
    }

    @Override
    public void remove(String model, String version) throws IOException {
        String place = prefix + model + "/" + version + "/";
        List<String> keys = keys(place);
        if (!keys.contains(place + MARK)) {
            return;
        }
        try {
            delete(place + DEFINITION);
            for (String key : keys) {
                if (!key.equals(place + MARK)) {
                    delete(key);
                }
            }
            // Last: what is left of a removal that was cut off is found again.
            delete(place + MARK);
        } catch (SdkException e) {
            throw new IOException("object storage did not remove " + place + ": " + e.getMessage(), e);
        }
    }

    private void delete(String key) {
        client.deleteObject(request -> request.bucket(bucket).key(key));
    }

    private List<String> keys(String from) throws IOException {
        try {
            return client
                    .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(from))
                    .contents()
                    .stream()
                    .map(S3Object::key)
                    .toList();
        } catch (SdkException e) {
            throw new IOException("bucket " + bucket + " cannot be listed: " + e.getMessage(), e);
        }
    }
}
