package io.millrace.edge.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
    private final AddressGuard closed = new AddressGuard(Map.of());
    private final AddressGuard open =
            new AddressGuard(Map.of("airports", List.of(Cidr.parse("127.0.0.0/8"), Cidr.parse("fe80::/10"))));

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, loopback",
        "127.255.255.254, loopback",
        "::1, loopback",
        "0.0.0.0, unspecified",
        "0.1.2.3, unspecified",
        "::, unspecified",
        "169.254.169.254, metadata",
        "169.254.170.2, metadata",
        "100.100.100.200, metadata",
        "192.0.0.192, metadata",
        "fd00:ec2::254, metadata",
        "169.254.1.1, link-local",
        "fe80::1, link-local",
        "febf::1, link-local",
        "224.0.0.1, multicast",
        "255.255.255.255, multicast",
        "ff02::1, multicast",
        "::127.0.0.1, carries IPv4",
        "64:ff9b::7f00:1, carries IPv4",
        "2002:7f00:1::, carries IPv4",
        "2001::1, carries IPv4",
    })
    void addressesThatAnEdgeNodeNeverHasAreRefused(String address, String kind) throws Exception {
        assertThat(closed.objection("airports", InetAddress.getByName(address)))
                .get()
                .asString()
                .contains(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.7",
                "172.16.0.1",
                "192.168.1.1",
                "8.8.8.8",
                "2a00:1450::1",
                "fd12:3456::1",
                "128.0.0.1",
                "fec0::1"
            })
    void privateAndPublicAddressesAreAllowed(String address) throws Exception {
        assertThat(closed.objection("airports", InetAddress.getByName(address))).isEmpty();
    }

    @Test
    void whatTheOperatorAllowsIsAllowedForThatDomainAlone() throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        assertThat(open.objection("airports", loopback)).isEmpty();
        assertThat(open.objection("harbours", loopback)).isPresent();
        assertThat(open.objection("airports", InetAddress.getByName("169.254.169.254")))
                .isPresent();
    }

    @Test
    void aMappedAddressThatAResolverGivesIsJudgedAsWhatItCarries() throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        mapped[12] = 127;
        mapped[15] = 1;
        assertThat(closed.objection("airports", InetAddress.getByAddress("rebind.example", mapped)))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://2130706433/",
                "http://0x7f000001/",
                "http://0x7f.0.0.1/",
                "http://017700000001/",
                "http://0177.0.0.1/",
                "http://127.1/",
                "http://127.0.1/",
                "http://127.0.0.01/",
                "http://127.0.0.1./",
                "http://1.2.3.4.5/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::ffff:7f00:1]/",
                "http://[0:0:0:0:0:ffff:7f00:0001]/",
                "http://[fe80::1%25eth0]/",
                "http://[::1",
                "http://::1/",
                "http://[127.0.0.1]/",
                "http://user@10.0.0.1/",
                "http://user:secret@10.0.0.1/",
                "http://10.0.0.1@evil.example/",
                "http://10.0.0.1#@evil.example/",
                "http://10.0.0.1?x=1",
                "http://10.0.0.1/%2e%2e/x",
                "http://10.0.0.1/../x",
                "http://10.0.0.1/a//b",
                "http://10.0.0.1/a b",
                "ftp://10.0.0.1/",
                "file:///etc/passwd",
                "gopher://10.0.0.1",
                "HTTP://10.0.0.1/",
                "//10.0.0.1/",
                "10.0.0.1",
                "http://10.0.0.1:0/",
                "http://10.0.0.1:65536/",
                "http://10.0.0.1:-1/",
                "http://10.0.0.1:80:80/",
                "http://-bad.example/",
                "http://bad-.example/",
                "http://a..b/",
                "http://exa mple/",
                "http://ⓛocalhost/",
                "http://x\u202e.example/",
                "http://10.0.0.1\\@evil.example/",
                "http://10.0.0.1\r\nHost: x/",
                "http://",
                " http://10.0.0.1/"
            })
    void oddNotationsAreNoUrlOfANode(String url) {
        assertThat(new NodeDraft("n", url, "airports", Duration.ofSeconds(10)).faults(open))
                .extracting(NodeDraft.Fault::field)
                .containsExactly("url");
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:9901, false",
        "http://[::1]/, true",
        "https://169.254.169.254/latest, true",
        "http://10.1.2.3/edge/, false",
        "https://Gate-7.Example.ORG:8443/a/b, false",
    })
    void aPlainlyWrittenAddressIsJudgedWhenItIsRegistered(String url, boolean forbidden) {
        List<NodeDraft.Fault> faults = new NodeDraft("n", url, "airports", Duration.ofSeconds(10)).faults(open);
        assertThat(faults.stream().anyMatch(NodeDraft.Fault::forbidden)).isEqualTo(forbidden);
        assertThat(faults.isEmpty()).isEqualTo(!forbidden);
    }

    @Test
    void aUrlIsKeptInOneSpelling() {
        assertThat(NodeUrl.parse("https://Gate-7.Example.ORG:443/a/b/")).hasToString("https://gate-7.example.org/a/b");
        assertThat(NodeUrl.parse("http://[FD00::1]:81")).hasToString("http://[fd00::1]:81");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "a/b", "../x", "%2e%2e", "a\u0000b", "*", "\"", "'", "a b", "\u202eabc", "é"})
    void idsThatCouldMeanSomethingElseAreRefused(String id) {
        assertThat(NodeDraft.isId(id)).isFalse();
        assertThat(NodeDraft.isId("x".repeat(129))).isFalse();
        assertThat(NodeDraft.isId("gate-ord_1.b")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "192.168.1.128/25, 192.168.1.127, false",
        "192.168.1.128/25, 192.168.1.255, true",
        "fe80::/10, febf::1, true",
        "fe80::/10, fec0::1, false",
        "0.0.0.0/0, 8.8.8.8, true",
        "0.0.0.0/0, ::1, false",
        "10.0.0.1, 10.0.0.1, true"
    })
    void aRangeHoldsTheAddressesOfItsPrefix(String range, String address, boolean inside) throws Exception {
        assertThat(Cidr.parse(range).contains(InetAddress.getByName(address))).isEqualTo(inside);
    }
}
