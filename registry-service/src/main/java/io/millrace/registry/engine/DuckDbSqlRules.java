package io.millrace.registry.engine;

import io.millrace.registry.app.SqlRules;
import io.millrace.registry.app.data.RowData;
import io.millrace.registry.config.RegistryConfig;
import io.millrace.registry.domain.Column;
import io.millrace.registry.domain.QualityRule;
import io.millrace.registry.domain.SchemaObject;
import io.millrace.registry.domain.validation.Check;
import io.millrace.registry.domain.validation.Issue;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Runs SQL rules with DuckDB on a copy of the rows in memory. The database sees no file, no network and no extension, its settings are
 * locked, its memory and each query's time are bounded, and it is gone afterwards.
 */
@ApplicationScoped
public class DuckDbSqlRules implements SqlRules {
    private static final Logger LOG = Logger.getLogger(DuckDbSqlRules.class);
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\$?\\{\\s*(object|table|model|schema|property|column|field)\\s*}");

    private final DuckDb duckDb;
    private final Duration timeout;

    public DuckDbSqlRules(DuckDb duckDb, RegistryConfig config) {
        this.duckDb = duckDb;
        this.timeout = config.validation().sqlTimeout();
    }

    @Override
    public List<Issue> check(SchemaObject schema, RowData rows) {
        var issues = new ArrayList<Issue>();
        try (Connection connection = duckDb.open()) {
            TableCopy.load(connection, schema, rows);
            run(connection, schema, "", schema.rules(), issues);
            for (Column column : schema.columns()) {
                run(connection, schema, column.name(), column.rules(), issues);
            }
        } catch (SQLException e) {
            LOG.debug("Rows could not be loaded for SQL rules", e);
            issues.add(notChecked("", "sql rules", "the rows could not be loaded: " + firstLine(e)));
        }
        return issues;
    }

    private void run(
            Connection connection, SchemaObject schema, String column, List<QualityRule> rules, List<Issue> issues) {
        for (QualityRule rule : rules) {
            if (rule instanceof QualityRule.Sql sql) {
                run(connection, schema.name(), column, sql).ifPresent(issues::add);
            }
        }
    }

    private Optional<Issue> run(Connection connection, String table, String column, QualityRule.Sql rule) {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout((int) Math.max(1, timeout.toSeconds()));
            try (ResultSet results = statement.executeQuery(query(rule.query(), table, column))) {
                if (!results.next() || results.getMetaData().getColumnCount() != 1) {
                    return Optional.of(
                            notChecked(column, rule.label(), "the query must answer one row with one number"));
                }
                BigDecimal answer = new BigDecimal(String.valueOf(results.getObject(1)));
                return rule.condition().holds(answer)
                        ? Optional.empty()
                        : Optional.of(new Issue(
                                Check.SQL,
                                column,
                                rule.label() + ": the query answers " + answer.toPlainString() + ", "
                                        + rule.condition(),
                                0,
                                List.of()));
            }
        } catch (NumberFormatException e) {
            return Optional.of(notChecked(column, rule.label(), "the query must answer one row with one number"));
        } catch (SQLTimeoutException e) {
            return Optional.of(notChecked(column, rule.label(), "the query took longer than " + timeout));
        } catch (SQLException e) {
            return Optional.of(notChecked(column, rule.label(), "the query failed: " + firstLine(e)));
        }
    }

    /** The query with its placeholders replaced by quoted names. */
    static String query(String written, String table, String column) {
        return PLACEHOLDER.matcher(written).replaceAll(match -> {
            boolean ofTable =
                    switch (match.group(1)) {
                        case "object", "table", "model", "schema" -> true;
                        default -> false;
                    };
            return Matcher.quoteReplacement(DuckDb.identifier(ofTable ? table : column));
        });
    }

    private static Issue notChecked(String column, String label, String why) {
        return new Issue(Check.NOT_CHECKED, column, label + ": " + why, 0, List.of());
    }

    private static String firstLine(SQLException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        String line = end < 0 ? message : message.substring(0, end);
        return line.length() <= 200 ? line : line.substring(0, 200) + "…";
    }
}
