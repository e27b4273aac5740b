package io.millrace.local.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Resident memory of processes, as Linux counts it. */
public final class Memory {
    private Memory() {}

    /** VmRSS in bytes; empty where the process has ended or the system has no {@code /proc}. */
    public static OptionalLong resident(long pid) {
        try {
            return residentOf(Files.readString(Path.of("/proc", String.valueOf(pid), "status")));
        } catch (IOException gone) {
            return OptionalLong.empty();
        }
    }

    static OptionalLong residentOf(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .filter(digits -> !digits.isEmpty())
                .mapToLong(digits -> Long.parseLong(digits) * 1024)
                .findFirst();
    }
}
