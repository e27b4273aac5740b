package io.millrace.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** That the reading of manifests sees what it is there to see. */
class ManifestsTest {
    @Test
    void aFieldThatTheApiDoesNotKnowIsFoundHoweverDeepItIs() {
        var manifests = Manifests.parse("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a}
                spec:
                  template:
                    spec:
                      containers:
                        - name: a
                          livenessprobe: {httpGet: {path: /}}
                          readinessProbe: {httpGet: {path: /, prot: http}}
                """);
        assertThat(manifests.unknown())
                .containsExactlyInAnyOrder(
                        "apps/v1/Deployment.Spec.Template.Spec.Containers[0].livenessprobe",
                        "apps/v1/Deployment.Spec.Template.Spec.Containers[0].ReadinessProbe.HttpGet.prot");
    }

    @Test
    void aKeyThatIsWrittenTwiceIsRefused() {
        assertThatThrownBy(() -> Manifests.parse("{apiVersion: v1, kind: Service, metadata: {name: a, name: b}}"))
                .hasMessageContaining("duplicate key name");
    }

    @Test
    void aKindThatNoTestKnowsIsRefused() {
        assertThatThrownBy(() -> Manifests.parse("{apiVersion: v1, kind: Secret, metadata: {name: a}}"))
                .hasMessageContaining("v1/Secret");
    }
}
