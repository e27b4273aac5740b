package io.millrace.local;

import io.millrace.local.demo.Demo;
import io.millrace.local.demo.DemoOptions;
import io.millrace.local.demo.DemoRun;
import io.millrace.local.demo.Surroundings;
import io.millrace.local.flights.Flight;
import io.millrace.local.flights.FlightScenario;
import io.millrace.local.flights.FlightsFile;
import io.millrace.local.flights.Gates;
import io.millrace.local.flights.Storm;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.shop.ShopScenario;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one of the demos on a platform of its own. */
@Command(
        name = "demo",
        description = "Start a platform, train a model on history, replay the rest through it, and sum up.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final int SHOP_VISITS = 6_000;
    private static final int LEAST_EVENTS = 500;

    /** Share of the flights that go before a storm: a canary has ended by then. */
    private static final double STORM_AFTER = 0.8;

    /** Which demo. */
    enum Name {
        flights,
        shop
    }

    @Mixin
    private PortOption port = new PortOption();

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "flights (default) or shop",
            defaultValue = "flights")
    private Name name = Name.flights;

    @Option(names = "--speed", paramLabel = "X", description = "event seconds per second (default: as fast as it goes)")
    private @Nullable Double speed;

    @Option(
            names = "--events",
            paramLabel = "N",
            description = "take the first N flights, or draw N visits; at least " + LEAST_EVENTS)
    private @Nullable Integer events;

    @Option(names = "--data", paramLabel = "FILE", description = "flights from this JSON or Parquet file")
    private @Nullable Path data;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "what the shop is drawn from (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--drift",
            description =
                    "flights only: put a storm over the busiest airports into the last fifth of the flights; the demo ends well only where it is found, and the model that learns is promoted")
    private boolean drift;

    @Option(names = "--keep", description = "leave the platform running at the end")
    private boolean keep;

    @Override
    public Integer call() {
        if (events != null && events < LEAST_EVENTS) {
            throw CommandFailure.usage("--events must be at least " + LEAST_EVENTS + ", was " + events);
        }
        if (name == Name.shop && data != null) {
            throw CommandFailure.usage("--data is for flights; the shop is drawn from --seed");
        }
        if (name == Name.shop && drift) {
            throw CommandFailure.usage("--drift is for flights");
        }
        var options = new DemoOptions(
                speed == null ? OptionalDouble.empty() : OptionalDouble.of(speed),
                keep,
                System.console() != null && System.console().isTerminal());
        Path clone = Main.checkout();
        Demo demo = name == Name.flights ? flights(clone) : shop(clone);
        var layout = Main.layout("demo-" + demo.name());
        return new DemoRun(demo, options, layout, port.ports(), System.out, InstantSource.system()).run();
    }

    private Demo flights(Path clone) {
        Path folder = clone.resolve("examples/flights");
        Path file = data == null ? folder.resolve("data/flights-20k.json") : Main.given(data);
        List<Flight> flights = FlightsFile.read(file, events == null ? Integer.MAX_VALUE : events);
        Optional<Storm> storm = drift ? Optional.of(Storm.over(flights, STORM_AFTER)) : Optional.empty();
        return new Demo(
                "flights",
                folder,
                new FlightScenario(storm.map(over -> over.on(flights)).orElse(flights)),
                storm.map(over -> new Demo.Drift(over.fromMicros(), over.text())),
                (definitions, ports) -> new Gates(definitions.edgeNodes(), ports));
    }

    private Demo shop(Path clone) {
        return new Demo(
                "shop",
                clone.resolve("examples/shop"),
                new ShopScenario(events == null ? SHOP_VISITS : events, seed),
                Optional.empty(),
                (definitions, ports) -> Surroundings.none());
    }
}
