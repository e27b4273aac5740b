package io.millrace.features.app.offline;

import java.time.LocalDate;

/**
 * A Parquet file of the offline store.
 *
 * @param path below the view version's folder
 * @param day of the event times of its rows, UTC
 * @param sha256 of its bytes, lower-case hex
 */
public record OfflineFile(String path, LocalDate day, long rows, long bytes, String sha256) {}
