package io.millrace.edge.app;

import io.millrace.edge.domain.Ledger;
import io.millrace.edge.domain.LossReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Ledgers in the form in which checkpoints have them. */
final class Ledgers {
    private Ledgers() {}

    static Map<String, Long> names(Ledger ledger) {
        var names = new TreeMap<String, Long>();
        ledger.dropped().forEach((reason, count) -> names.put(reason.name(), count));
        return names;
    }

    static Ledger of(Checkpoint.Memory memory) {
        var dropped = new EnumMap<LossReason, Long>(LossReason.class);
        for (LossReason reason : LossReason.values()) {
            Long count = memory.dropped().get(reason.name());
            if (count != null) {
                dropped.put(reason, count);
            }
        }
        return new Ledger(memory.expected(), memory.received(), memory.duplicate(), memory.late(), dropped);
    }
}
