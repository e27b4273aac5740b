package io.millrace.features.domain;

import java.util.Optional;

/** Which stores take a pushed row. */
public enum PushTarget {
    ONLINE,
    OFFLINE,
    ONLINE_AND_OFFLINE;

    /** The target that requests call {@code online}, {@code offline} or {@code online_and_offline}; empty for any other word. */
    public static Optional<PushTarget> of(String word) {
        return switch (word) {
            case "online" -> Optional.of(ONLINE);
            case "offline" -> Optional.of(OFFLINE);
            case "online_and_offline" -> Optional.of(ONLINE_AND_OFFLINE);
            default -> Optional.empty();
        };
    }

    /** Whether the row is served. */
    public boolean isOnline() {
        return this != OFFLINE;
    }
}
