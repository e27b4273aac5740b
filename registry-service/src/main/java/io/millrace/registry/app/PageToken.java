package io.millrace.registry.app;

import io.millrace.gate.Refusal;
import io.millrace.registry.app.document.CanonicalJson;
import io.millrace.registry.domain.ProductId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Where a list goes on: after which product. Opaque outside; bound to the filter that it was given for.
 *
 * @param score of the last product of a search; 0 in a list
 */
record PageToken(int score, ProductId last) {
    /** The token of a request; empty where it has none. */
    static Optional<PageToken> read(String token, String filter) {
        if (token.isEmpty()) {
            return Optional.empty();
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            String[] parts = text.split("/", -1);
            if (parts.length == 4 && parts[0].equals(fingerprint(filter))) {
                return Optional.of(new PageToken(Integer.parseInt(parts[1]), new ProductId(parts[2], parts[3])));
            }
        } catch (IllegalArgumentException e) {
            throw new Refusal(RegistryReason.PAGE_TOKEN_INVALID, "the page token is not one of this registry", e);
        }
        throw new Refusal(RegistryReason.PAGE_TOKEN_INVALID, "the page token does not belong to this filter");
    }

    String write(String filter) {
        String text = fingerprint(filter) + "/" + score + "/" + last;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String fingerprint(String filter) {
        return CanonicalJson.digest(filter).substring(0, 16);
    }
}
