package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ContractReference;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ContractWatchTest {
    private static final String PIPELINE = """
            kind: Pipeline
            name: p
            input: {topic: in, timestamp: {field: at}, contract: {domain: d, name: n}}
            key: id
            model: {name: m}
            output: {topic: out}
            """;

    private final FakeRegistry registry = new FakeRegistry();
    private final StreamTally tally = new StreamTally();

    /** Knows the contract or not, fails or not, and finds what it is told to. */
    private static final class FakeRegistry implements ContractRegistry {
        final AtomicInteger looks = new AtomicInteger();
        volatile String unknown = "";
        volatile boolean failing;
        volatile Verdict verdict = new Verdict.Checked(0, "");

        @Override
        public Optional<String> whyUnknown(ContractReference contract, Duration deadline) {
            looks.incrementAndGet();
            if (failing) {
                throw new IllegalStateException("out of order");
            }
            return Optional.of(unknown).filter(why -> !why.isEmpty());
        }

        @Override
        public Verdict check(ContractReference contract, List<byte[]> rows, Duration deadline) {
            if (failing) {
                throw new IllegalStateException("out of order");
            }
            return verdict;
        }
    }

    @Test
    void aContractThatIsRegisteredLaterIsFoundWithoutAnyEvent() {
        registry.unknown = "it is not registered";
        try (ContractWatch watch = watch()) {
            await().until(() -> watch.remark().equals("contract d/n: unknown, it is not registered"));

            registry.unknown = "";
            await().until(() -> watch.remark().equals("contract d/n: not checked yet"));

            watch.offer(new byte[] {'{', '}'});
            await().until(() -> watch.remark().isEmpty());
            assertThat(tally.contractViolations()).isZero();
        }
    }

    @Test
    void aRegistryThatFailsIsAskedAgain() {
        registry.failing = true;
        try (ContractWatch watch = watch()) {
            await().until(() -> registry.looks.get() >= 2);
            assertThat(watch.remark()).isEqualTo("contract d/n: unknown, out of order");
            watch.offer(new byte[] {'{', '}'});

            registry.failing = false;
            await().until(() -> !watch.remark().contains("unknown"));
        }
    }

    @Test
    void aContractThatIsKnownIsNotAskedForAgain() {
        registry.verdict = new ContractRegistry.Verdict.Checked(2, "id: is null");
        try (ContractWatch watch = watch()) {
            watch.offer(new byte[] {'{', '}'});
            await().until(() -> watch.remark().equals("contract d/n: broken, id: is null"));
            await().during(Duration.ofMillis(1_500)).until(() -> registry.looks.get() == 1);
            assertThat(tally.contractViolations()).isEqualTo(2);
        }
    }

    private ContractWatch watch() {
        var faults = new Faults();
        Pipeline pipeline = PipelineReader.read(List.of(new DefinitionFile("p.yaml", PIPELINE)), faults)
                .getFirst();
        var limits = new ContractWatch.Limits(Duration.ofMillis(10), 10, 1_000, Duration.ofSeconds(1));
        return Objects.requireNonNull(ContractWatch.start(pipeline, registry, tally, StreamTelemetry.NONE, limits));
    }
}
