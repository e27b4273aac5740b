package io.millrace.local.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.backing.Checkout;
import io.millrace.local.platform.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightsFileTest {
    private static final long MICROS = Instant.parse("2001-01-01T00:47:00Z").getEpochSecond() * 1_000_000;

    @TempDir
    Path folder;

    @Test
    void jsonRowsBecomeFlightsNumberedInTheFilesOrderWithDatesAsUtc() throws IOException {
        Path file = Files.writeString(folder.resolve("f.json"), """
                [{"date":"2001/01/01 00:47","delay":66,"distance":1750,"origin":"DTW","destination":"LAS"},
                 {"date":"2000/12/31 23:00","delay":-5,"distance":407,"origin":"LAS","destination":"OAK"}]""");
        List<Flight> flights = FlightsFile.read(file, 10);
        assertThat(flights.getFirst()).isEqualTo(new Flight(0, "DTW", "LAS", 1750, MICROS, 66));
        assertThat(flights.getLast().number()).isEqualTo(1);
    }

    @Test
    void parquetGivesTheSameFlightsAsJson() throws SQLException {
        Path file = folder.resolve("f.parquet");
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement()) {
            statement.execute(
                    "COPY (SELECT TIMESTAMP '2001-01-01 00:47:00' AS date, 66::SMALLINT AS delay, 1750::SMALLINT AS distance,"
                            + " 'DTW' AS origin, 'LAS' AS destination) TO '" + file + "' (FORMAT parquet)");
        }
        assertThat(FlightsFile.read(file, 10)).containsExactly(new Flight(0, "DTW", "LAS", 1750, MICROS, 66));
    }

    @Test
    void aRowWithoutDelayIsRefusedWithItsNumber() throws IOException {
        Path file = Files.writeString(folder.resolve("f.json"), """
                [{"date":"2001/01/01 00:47","distance":1750,"origin":"DTW","destination":"LAS"}]""");
        assertThatThrownBy(() -> FlightsFile.read(file, 10))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("row 0");
    }

    @Test
    void aDateOfAnotherFormIsRefusedWithWhatWasExpected() throws IOException {
        Path file = Files.writeString(folder.resolve("f.json"), """
                [{"date":"2001-01-01","delay":1,"distance":1750,"origin":"DTW","destination":"LAS"}]""");
        assertThatThrownBy(() -> FlightsFile.read(file, 10)).hasMessageContaining("2001/01/31 23:59");
    }

    @Test
    void theShippedFileHoldsTwentyThousandFlightsOfWhichAboutAFifthAreLate() {
        List<Flight> flights =
                FlightsFile.read(Checkout.root().resolve("examples/flights/data/flights-20k.json"), Integer.MAX_VALUE);
        assertThat(flights).hasSize(20_000);
        assertThat(flights.stream().filter(Flight::late).count() / 20_000.0).isBetween(0.216, 0.218);
        assertThat(flights.stream().map(Flight::origin).distinct()).hasSize(220);
    }
}
