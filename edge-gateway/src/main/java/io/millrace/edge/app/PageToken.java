package io.millrace.edge.app;

import io.millrace.edge.domain.NodeDraft;
import io.millrace.gate.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Where a list goes on: opaque outside. */
public final class PageToken {
    private static final int MAX_SIZE = 1_000;

    private PageToken() {}

    /** The token of a page behind this id. */
    public static String of(String lastId) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(lastId.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The id behind which to go on; empty for the first page.
     *
     * @throws Refusal INVALID_PAGE
     */
    public static String after(String token) {
        if (token.isEmpty()) {
            return "";
        }
        try {
            String id = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (NodeDraft.isId(id)) {
                return id;
            }
        } catch (IllegalArgumentException notBase64) {
            throw new Refusal(EdgeReason.INVALID_PAGE, "the page token is not one of this service's", notBase64);
        }
        throw new Refusal(EdgeReason.INVALID_PAGE, "the page token is not one of this service's");
    }

    /**
     * @throws Refusal INVALID_PAGE where it is not 1 to 1,000
     */
    public static int size(int size) {
        if (size < 1 || size > MAX_SIZE) {
            throw new Refusal(EdgeReason.INVALID_PAGE, "a page has 1 to " + MAX_SIZE + " nodes, was " + size);
        }
        return size;
    }
}
