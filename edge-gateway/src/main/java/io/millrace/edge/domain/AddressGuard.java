package io.millrace.edge.domain;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which addresses the gateway may connect to. Refused unless the operator allows a range for the node's domain: loopback, link-local, unspecified, multicast,
 * the metadata addresses of clouds, and IPv6 ranges that carry an IPv4 address inside (they would by-pass the other rules). Private ranges are
 * where edge nodes live and are allowed.
 */
public final class AddressGuard {
    private static final List<Blocked> BLOCKED = List.of(
            new Blocked("unspecified", "0.0.0.0/8", "::/128"),
            new Blocked("loopback", "127.0.0.0/8", "::1/128"),
            new Blocked(
                    "metadata",
                    "169.254.169.254/32",
                    "169.254.170.2/32",
                    "100.100.100.200/32",
                    "192.0.0.192/32",
                    "fd00:ec2::254/128"),
            new Blocked("link-local", "169.254.0.0/16", "fe80::/10"),
            new Blocked("multicast or broadcast", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8"),
            new Blocked(
                    "IPv6 that carries IPv4",
                    "::/96",
                    "64:ff9b::/96",
                    "64:ff9b:1::/48",
                    "2002::/16",
                    "2001::/32",
                    "::ffff:0:0:0/96"));

    private final Map<String, List<Cidr>> allowed;

    private record Blocked(String name, List<Cidr> ranges) {
        Blocked(String name, String... ranges) {
            this(name, List.of(ranges).stream().map(Cidr::parse).toList());
        }
    }

    /**
     * @param allowed ranges that the operator allows, by domain
     */
    public AddressGuard(Map<String, List<Cidr>> allowed) {
        this.allowed = Map.copyOf(allowed);
    }

    /** Why a node of this domain must not be asked at this address; empty where it may. */
    public Optional<String> objection(String domain, InetAddress address) {
        if (allowed.getOrDefault(domain, List.of()).stream().anyMatch(range -> range.contains(address))) {
            return Optional.empty();
        }
        return BLOCKED.stream()
                .filter(blocked -> blocked.ranges().stream().anyMatch(range -> range.contains(address)))
                .findFirst()
                .map(blocked -> address.getHostAddress() + " is a " + blocked.name()
                        + " address, which millrace.edge.allowed-addresses does not allow for domain '" + domain + "'");
    }
}
