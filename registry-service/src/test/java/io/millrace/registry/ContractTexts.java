package io.millrace.registry;

/** Contracts for tests. */
final class ContractTexts {
    private ContractTexts() {}

    static String plain(String domain, String name, String description) {
        return """
                name: %s
                domain: %s
                description: %s
                owners: [ops@example.org]
                schema_version: 1.0.0
                quality_sla: {required_columns: [id], max_null_percentage: 10, refresh_frequency: daily}
                """.formatted(name, domain, description);
    }

    static String odcs(String domain, String name, String version, String properties, String quality) {
        return """
                apiVersion: v3.1.0
                kind: DataContract
                id: %s
                version: %s
                status: active
                domain: %s
                name: %s
                schema:
                  - name: %s
                    properties: %s
                    quality: %s
                """.formatted(name, version, domain, name, name, properties, quality);
    }
}
