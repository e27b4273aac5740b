package io.millrace.inference.app.experiment;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import io.millrace.inference.app.experiment.ExperimentReport.Action;
import io.millrace.inference.app.experiment.ExperimentReport.Data;
import io.millrace.inference.app.experiment.ExperimentReport.Settled;
import io.millrace.inference.app.experiment.ExperimentReport.Version;
import io.millrace.models.kernel.evidence.Decision;
import io.millrace.models.kernel.evidence.Evidence;
import io.millrace.models.kernel.evidence.Evidence.Gain;
import io.millrace.models.kernel.evidence.Why;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reports as they are kept and told. */
final class ReportText {
    private ReportText() {}

    static String write(ExperimentReport report) {
        return Yaml.write(map(report));
    }

    /** As it is told in events. */
    static Map<String, Object> map(ExperimentReport report) {
        var map = new LinkedHashMap<String, Object>();
        map.put("deployment", report.deployment());
        map.put("tested_revision", report.revision());
        map.put("labels", report.labels());
        map.put("champion", report.champion());
        map.put("challenger", report.challenger());
        map.put("paired", report.paired());
        map.put("decision", word(report.evidence().decision()));
        map.put("why", word(report.evidence().why()));
        report.settled().ifPresent(settled -> {
            map.put("action", word(settled.action()));
            map.put("who", settled.who());
            map.put("decided_micros", settled.micros());
            map.put("made_revision", settled.revision());
        });
        map.put("data", data(report));
        map.put("statistic", statistic(report));
        return map;
    }

    private static Map<String, Object> data(ExperimentReport report) {
        Data data = report.data();
        Evidence evidence = report.evidence();
        var map = new LinkedHashMap<String, Object>();
        map.put("from_offset", data.from());
        map.put("to_offset", data.to());
        map.put("from_micros", data.fromMicros());
        map.put("to_micros", data.toMicros());
        map.put("outcomes", data.outcomes());
        map.put("champion_rows", evidence.championRows());
        map.put("challenger_rows", evidence.challengerRows());
        map.put("invalid_rows", evidence.invalidRows());
        map.put("unpaired_rows", data.unpaired());
        map.put("champion_assigned", evidence.championAssigned());
        map.put("challenger_assigned", evidence.challengerAssigned());
        List<Map<String, Object>> versions = new ArrayList<>();
        for (Version version : data.versions()) {
            var each = new LinkedHashMap<String, Object>();
            each.put("arm", version.arm());
            each.put("model", version.model());
            each.put("version", version.version());
            each.put("digest", version.digest());
            each.put("rows", version.rows());
            versions.add(each);
        }
        map.put("versions", versions);
        return map;
    }

    private static Map<String, Object> statistic(ExperimentReport report) {
        Evidence evidence = report.evidence();
        var map = new LinkedHashMap<String, Object>();
        map.put("alpha", report.alpha());
        map.put("alpha_of_each", evidence.alphaOfEach());
        map.put("minimum_effect", report.minimumEffect());
        map.put("sample_ratio_p", evidence.sampleRatioP());
        map.put("objective", gain(evidence.objective()));
        map.put(
                "guardrails",
                evidence.guardrails().stream().map(ReportText::gain).toList());
        return map;
    }

    private static Map<String, Object> gain(Gain gain) {
        var map = new LinkedHashMap<String, Object>();
        map.put("outcome", gain.outcome());
        map.put("differences", gain.differences());
        map.put("estimate", gain.estimate());
        map.put("lower", gain.lower());
        map.put("upper", gain.upper());
        map.put("clipped", gain.clipped());
        return map;
    }

    /** What {@link #write} wrote; empty where it is of another release and cannot be read. */
    static Optional<ExperimentReport> read(String text) {
        var faults = new Faults();
        for (MapNode node : Yaml.documents(new DefinitionFile("evidence", text), faults)) {
            ExperimentReport read = read(node);
            if (read != null && faults.isEmpty()) {
                return Optional.of(read);
            }
        }
        return Optional.empty();
    }

    private static @Nullable ExperimentReport read(MapNode node) {
        MapNode data = node.optionalMap("data").orElse(null);
        MapNode statistic = node.optionalMap("statistic").orElse(null);
        Decision decision = node.optionalEnum("decision", Decision.class).orElse(null);
        Why why = node.optionalEnum("why", Why.class).orElse(null);
        if (data == null || statistic == null || decision == null || why == null) {
            return null;
        }
        Optional<Settled> settled = node.optionalEnum("action", Action.class)
                .map(action -> new Settled(
                        action, node.string("who"), whole(node, "decided_micros"), whole(node, "made_revision")));
        var evidence = new Evidence(
                decision,
                why,
                whole(data, "champion_rows"),
                whole(data, "challenger_rows"),
                whole(data, "invalid_rows"),
                whole(data, "champion_assigned"),
                whole(data, "challenger_assigned"),
                BanditReport.number(statistic, "sample_ratio_p"),
                statistic.optionalMap("objective").map(ReportText::gain).orElseGet(ReportText::none),
                statistic.maps("guardrails").stream().map(ReportText::gain).toList(),
                BanditReport.number(statistic, "alpha_of_each"));
        return new ExperimentReport(
                node.string("deployment"),
                whole(node, "tested_revision"),
                node.string("labels"),
                node.string("champion"),
                node.string("challenger"),
                node.optionalBoolean("paired").orElse(false),
                BanditReport.number(statistic, "alpha"),
                BanditReport.number(statistic, "minimum_effect"),
                new Data(
                        whole(data, "from_offset"),
                        whole(data, "to_offset"),
                        whole(data, "from_micros"),
                        whole(data, "to_micros"),
                        whole(data, "outcomes"),
                        whole(data, "unpaired_rows"),
                        data.maps("versions").stream().map(ReportText::version).toList()),
                evidence,
                settled);
    }

    private static Version version(MapNode node) {
        return new Version(
                node.string("arm"),
                node.string("model"),
                node.string("version"),
                node.optionalString("digest").orElse(""),
                whole(node, "rows"));
    }

    private static Gain gain(MapNode node) {
        return new Gain(
                node.string("outcome"),
                whole(node, "differences"),
                BanditReport.number(node, "estimate"),
                BanditReport.number(node, "lower"),
                BanditReport.number(node, "upper"),
                whole(node, "clipped"));
    }

    private static Gain none() {
        return new Gain("", 0, Double.NaN, Double.NaN, Double.NaN, 0);
    }

    private static long whole(MapNode node, String key) {
        return node.optionalLong(key).orElse(0L);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
