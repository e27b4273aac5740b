package io.millrace.models.kernel.drift;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which of many features have moved, beyond chance and beyond what is cared for. */
public final class DriftAlarms {
    private DriftAlarms() {}

    /** The alarms, surest first. Each way in which each feature can move is one look. */
    public static List<DriftAlarm> of(List<FeatureDrift> drifts, DriftPolicy policy) {
        List<DriftAlarm> looks = new ArrayList<>();
        for (FeatureDrift drift : drifts) {
            if (drift.rows() < policy.minimumRows()) {
                continue;
            }
            looks.add(new DriftAlarm(drift, DriftAlarm.Kind.DISTRIBUTION, drift.distributionP(), 0));
            looks.add(new DriftAlarm(drift, DriftAlarm.Kind.MISSING, drift.missingP(), 0));
            if (!Double.isNaN(drift.newP())) {
                looks.add(new DriftAlarm(drift, DriftAlarm.Kind.NEW_CATEGORIES, drift.newP(), 0));
            }
        }
        looks.sort(Comparator.comparingDouble(DriftAlarm::p));
        int rejected = rejected(looks, policy);
        double threshold = policy.alpha() / Math.max(1, looks.size());
        if (policy.correction() == DriftPolicy.Correction.BENJAMINI_HOCHBERG) {
            threshold *= Math.max(1, rejected);
        }
        List<DriftAlarm> alarms = new ArrayList<>();
        for (DriftAlarm look : looks.subList(0, rejected)) {
            if (matters(look, policy)) {
                alarms.add(new DriftAlarm(look.drift(), look.kind(), look.p(), threshold));
            }
        }
        return List.copyOf(alarms);
    }

    private static int rejected(List<DriftAlarm> sorted, DriftPolicy policy) {
        int rejected = 0;
        for (int i = 0; i < sorted.size(); i++) {
            double line =
                    switch (policy.correction()) {
                        case BONFERRONI -> policy.alpha() / sorted.size();
                        case BENJAMINI_HOCHBERG -> policy.alpha() * (i + 1) / sorted.size();
                    };
            rejected = sorted.get(i).p() <= line ? i + 1 : rejected;
        }
        return rejected;
    }

    private static boolean matters(DriftAlarm look, DriftPolicy policy) {
        FeatureDrift drift = look.drift();
        return switch (look.kind()) {
            case DISTRIBUTION -> drift.psi() >= policy.minimumPsi();
            case MISSING -> Math.abs(drift.missingShare() - drift.missingReference()) >= policy.minimumShare();
            case NEW_CATEGORIES -> drift.newShare() >= policy.minimumShare();
        };
    }
}
