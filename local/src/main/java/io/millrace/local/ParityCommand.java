package io.millrace.local;

import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.FeatureParity;
import io.millrace.proto.features.v1.GetParityRequest;
import io.millrace.proto.features.v1.GetParityResponse;
import io.millrace.proto.features.v1.ParityDifference;
import io.millrace.proto.features.v1.ParityMismatch;
import io.millrace.proto.features.v1.ParityServiceGrpc;
import io.millrace.proto.features.v1.Value;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** Shows whether what was served is what the offline store says, and the rows that differed. */
@Command(
        name = "parity",
        description =
                "Show how often sampled online reads differ from the offline store, the worst rows and why; exit code 1 where any did.",
        mixinStandardHelpOptions = true)
final class ParityCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        PortPlan ports = Main.running().ports();
        try (var channels = new Channels(ports)) {
            GetParityResponse parity = ParityServiceGrpc.newBlockingStub(channels.to(Service.FEATURES))
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .getParity(GetParityRequest.getDefaultInstance());
            print(parity);
            return parity.getWorstCount() == 0 ? 0 : CommandFailure.FAILED;
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed(
                    "feature-service does not answer: " + e.getStatus().getCode());
        }
    }

    private static void print(GetParityResponse parity) {
        System.out.printf("waiting %d, never compared %d%n", parity.getWaiting(), parity.getDropped());
        for (FeatureParity feature : parity.getFeaturesList()) {
            System.out.printf(
                    "  %-48s compared %d, mismatched %d%n",
                    feature.getFeature(), feature.getCompared(), feature.getMismatched());
        }
        for (ParityMismatch worst : parity.getWorstList()) {
            System.out.printf(
                    "%s %s as of %s: %s, %s%n",
                    worst.getViewVersion(),
                    worst.getKeyList().stream().map(ParityCommand::shown).toList(),
                    Instant.EPOCH.plus(worst.getAsOfMicros(), ChronoUnit.MICROS),
                    worst.getWhy(),
                    worst.getExplanation());
            for (ParityDifference difference : worst.getDifferencesList()) {
                System.out.printf(
                        "    %s: served %s, offline %s%n",
                        difference.getFeature(), shown(difference.getOnline()), shown(difference.getOffline()));
            }
        }
    }

    private static String shown(Value value) {
        return switch (value.getKindCase()) {
            case BOOL_VALUE -> String.valueOf(value.getBoolValue());
            case INT64_VALUE -> String.valueOf(value.getInt64Value());
            case DOUBLE_VALUE -> String.valueOf(value.getDoubleValue());
            case STRING_VALUE -> "'" + value.getStringValue() + "'";
            case TIMESTAMP_VALUE ->
                Instant.EPOCH.plus(value.getTimestampValue(), ChronoUnit.MICROS).toString();
            case LIST_VALUE ->
                value.getListValue().getValuesList().stream()
                        .map(ParityCommand::shown)
                        .toList()
                        .toString();
            case BYTES_VALUE, MAP_VALUE, VECTOR_VALUE ->
                value.toString().strip().replaceAll("\\s+", " ");
            case KIND_NOT_SET -> "null";
        };
    }
}
