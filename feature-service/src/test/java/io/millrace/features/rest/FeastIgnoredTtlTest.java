package io.millrace.features.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.RealBroker;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The switch that gives the behaviour of Feast's Python server, and that touches nothing but Feast's interfaces. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
@TestProfile(FeastIgnoredTtlTest.Ignoring.class)
class FeastIgnoredTtlTest extends FeastServerUnderTest {
    /** As somebody sets it who comes from Feast. */
    public static final class Ignoring implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("millrace.features.feast.ignore-ttl", "true");
        }
    }

    @Test
    void aValueOlderThanItsTtlIsPresent() {
        apply("""
                kind: FeatureView
                name: driver_old
                version: v1
                description: how a driver did
                owner: ops@example.org
                entity: {name: driver, join_keys: [{name: driver_id, type: int64}]}
                source: {push: true}
                ttl: 1h
                features:
                  - {name: trips, type: int64}
                """);
        assertThat(post(
                                "/push",
                                "{\"push_source_name\":\"driver_old\",\"df\":{\"driver_id\":[1],\"trips\":[12],"
                                        + "\"event_timestamp\":[\"2026-03-02T09:00:00Z\"]}}",
                                "")
                        .statusCode())
                .isEqualTo(200);

        assertThat(read("{\"features\":[\"driver_old:trips\"],\"entities\":{\"driver_id\":[1]}}")
                        .body())
                .contains(
                        "{\"values\":[12],\"statuses\":[\"PRESENT\"],\"event_timestamps\":[\"2026-03-02T09:00:00Z\"]}");
    }
}
