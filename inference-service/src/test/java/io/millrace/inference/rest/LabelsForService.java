package io.millrace.inference.rest;

import io.millrace.backing.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;

/** A broker of its own, a folder for what is made of outcomes, and time that does not wait. */
public class LabelsForService extends BrokerForService {
    @Override
    public Map<String, String> start() {
        var settings = new HashMap<>(super.start());
        try {
            settings.put(
                    "millrace.inference.outcomes.directory",
                    Files.createTempDirectory("millrace-outcomes").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        settings.put("millrace.inference.outcomes.keep-within", "200ms");
        settings.put("quarkus.grpc.server.test-port", String.valueOf(Ports.free()));
        settings.put("quarkus.management.test-port", String.valueOf(Ports.free()));
        return settings;
    }
}
