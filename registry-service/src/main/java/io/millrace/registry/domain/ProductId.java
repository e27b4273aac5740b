package io.millrace.registry.domain;

import java.util.regex.Pattern;

/** Identifies a data product. Both parts are identifiers, see {@link #isIdentifier}. */
public record ProductId(String domain, String name) implements Comparable<ProductId> {
    /** What an identifier is, in words for messages. */
    public static final String IDENTIFIER_RULE =
            "1 to 128 characters of A-Z a-z 0-9 . _ - that begin with a letter or digit";

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    public ProductId {
        if (!isIdentifier(domain) || !isIdentifier(name)) {
            throw new IllegalArgumentException("domain and name must be " + IDENTIFIER_RULE);
        }
    }

    /** Whether the text is {@value #IDENTIFIER_RULE}; so it is safe in a path, a log line and a file name. */
    public static boolean isIdentifier(String text) {
        return IDENTIFIER.matcher(text).matches();
    }

    /** By domain, then name, by code unit. */
    @Override
    public int compareTo(ProductId other) {
        int byDomain = domain.compareTo(other.domain);
        return byDomain != 0 ? byDomain : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return domain + "/" + name;
    }
}
