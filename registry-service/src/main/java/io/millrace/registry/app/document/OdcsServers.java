package io.millrace.registry.app.document;

import java.util.List;
import java.util.Map;

/** The server types of ODCS v3.1 and the fields of each; {@code *} marks a required field, {@code #} a whole number. */
final class OdcsServers {
    private static final String HOST_PORT_DB = "host* port#* database*";
    private static final String HOST_PORT_DB_SCHEMA = HOST_PORT_DB + " schema*";
    private static final Map<String, String> FIELDS = Map.ofEntries(
            Map.entry("api", "location*"),
            Map.entry("athena", "stagingDir* schema* catalog regionName"),
            Map.entry("azure", "location* format* delimiter"),
            Map.entry("bigquery", "project* dataset*"),
            Map.entry("clickhouse", HOST_PORT_DB),
            Map.entry("cloudsql", HOST_PORT_DB_SCHEMA),
            Map.entry(
                    "custom",
                    "account catalog database dataset delimiter endpointUrl format host location path port# project region"
                            + " regionName schema serviceName stagingDir warehouse"),
            Map.entry("databricks", "host catalog* schema*"),
            Map.entry("db2", HOST_PORT_DB + " schema"),
            Map.entry("denodo", "host* port#* database"),
            Map.entry("dremio", "host* port#* schema"),
            Map.entry("duckdb", "database* schema"),
            Map.entry("glue", "account* database* location format"),
            Map.entry("hive", "host* port# database*"),
            Map.entry("informix", "host* port# database*"),
            Map.entry("kafka", "host* format"),
            Map.entry("kinesis", "region format"),
            Map.entry("local", "path* format*"),
            Map.entry("mysql", HOST_PORT_DB),
            Map.entry("oracle", "host* port#* serviceName*"),
            Map.entry("postgres", HOST_PORT_DB_SCHEMA),
            Map.entry("postgresql", HOST_PORT_DB_SCHEMA),
            Map.entry("presto", "host* catalog schema"),
            Map.entry("pubsub", "project*"),
            Map.entry("redshift", "host database* schema* region account"),
            Map.entry("s3", "location* endpointUrl format delimiter"),
            Map.entry("sftp", "location* format delimiter"),
            Map.entry("snowflake", "host port# account* database* schema* warehouse"),
            Map.entry("sqlserver", "host* port# database* schema*"),
            Map.entry("synapse", HOST_PORT_DB),
            Map.entry("trino", "host* port#* catalog* schema*"),
            Map.entry("vertica", HOST_PORT_DB_SCHEMA));

    /** Every type, in alphabetical order. */
    static final List<String> TYPES = FIELDS.keySet().stream().sorted().toList();

    private OdcsServers() {}

    /** The fields that the type adds to those of every server; those of {@code custom} where the type is not known. */
    static Shape.Fields fields(String type) {
        Shape.Fields fields = Shape.Fields.of("a " + type + " server");
        for (String field : String.valueOf(FIELDS.get(FIELDS.containsKey(type) ? type : "custom"))
                .split(" ")) {
            boolean whole = field.contains("#");
            fields = fields.with(field.replace("#", ""), whole ? Shape.WHOLE : Shape.TEXT);
        }
        return fields;
    }
}
