package io.millrace.edge.domain;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A range of addresses, {@code 10.0.0.0/8} or {@code fd00::/8}.
 *
 * @param prefix how many leading bits count, 0 to 32 (IPv4) or 128 (IPv6)
 */
public record Cidr(InetAddress network, int prefix) {
    public Cidr {
        int bits = network.getAddress().length * 8;
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("prefix must be 0 to " + bits + ", was " + prefix);
        }
    }

    /**
     * Reads an address literal with an optional prefix; an address alone is a range of one. Names are not resolved.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        InetAddress network = AddressLiteral.parse(literal)
                .orElseThrow(() ->
                        new IllegalArgumentException("'" + text + "' is not an address range such as 10.0.0.0/8"));
        if (slash < 0) {
            return new Cidr(network, network.getAddress().length * 8);
        }
        try {
            return new Cidr(network, Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' has no number after '/'", e);
        }
    }

    public boolean contains(InetAddress address) {
        byte[] mine = network.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        int whole = prefix / 8;
        if (!Arrays.equals(mine, 0, whole, other, 0, whole)) {
            return false;
        }
        int rest = prefix % 8;
        return rest == 0 || ((mine[whole] ^ other[whole]) & 0xff) >> (8 - rest) == 0;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefix;
    }
}
