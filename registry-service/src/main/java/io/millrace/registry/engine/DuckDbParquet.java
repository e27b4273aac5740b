package io.millrace.registry.engine;

import io.millrace.gate.Refusal;
import io.millrace.registry.app.ParquetFiles;
import io.millrace.registry.app.RegistryReason;
import io.millrace.registry.app.data.RowData;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/** Reads Parquet with DuckDB, from a file that lives as long as its rows are read. */
@ApplicationScoped
public class DuckDbParquet implements ParquetFiles {
    private static final byte[] MAGIC = {'P', 'A', 'R', '1'};

    private final DuckDb duckDb;

    public DuckDbParquet(DuckDb duckDb) {
        this.duckDb = duckDb;
    }

    @Override
    public RowData of(byte[] bytes) {
        return () -> {
            if (!isParquet(bytes)) {
                throw new Refusal(RegistryReason.ROWS_UNREADABLE, "the bytes are no Parquet file");
            }
            Path file = write(bytes);
            try {
                Connection connection = duckDb.open(file);
                return new ParquetRows(connection, file);
            } catch (SQLException e) {
                delete(file);
                throw ParquetRows.unreadable(e);
            }
        };
    }

    private Path write(byte[] bytes) {
        try {
            Path file = Files.createTempFile(duckDb.directory(), "rows", ".parquet");
            try {
                return Files.write(file, bytes);
            } catch (IOException e) {
                delete(file);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the rows could not be written to the validation folder", e);
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the rows could not be removed from the validation folder", e);
        }
    }

    private static boolean isParquet(byte[] bytes) {
        if (bytes.length < 12) {
            return false;
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (bytes[i] != MAGIC[i] || bytes[bytes.length - MAGIC.length + i] != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }
}
