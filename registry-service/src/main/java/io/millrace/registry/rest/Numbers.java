package io.millrace.registry.rest;

import io.millrace.gate.Refusal;
import io.millrace.registry.app.RegistryReason;

/** Whole numbers in queries; JAX-RS would answer 404 to a malformed one. */
final class Numbers {
    private Numbers() {}

    static int whole(String parameter, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new Refusal(RegistryReason.ARGUMENT_INVALID, parameter + " must be a whole number", e);
        }
    }
}
