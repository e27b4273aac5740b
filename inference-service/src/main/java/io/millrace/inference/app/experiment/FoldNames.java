package io.millrace.inference.app.experiment;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/** What folds of deployments are called. */
final class FoldNames {
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9.-]{1,100}");

    private FoldNames() {}

    /** The deployment's name behind the kind; one that folds cannot have, made of the letters that they can, and told from others by its digest. */
    static String of(String kind, String deployment) {
        if (PLAIN.matcher(deployment).matches()) {
            return kind + "." + deployment;
        }
        String plain = deployment.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
        return kind + "." + plain.substring(0, Math.min(80, plain.length())) + "."
                + digest(deployment).substring(0, 8);
    }

    /** 32 hex digits that change with the text. */
    static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
