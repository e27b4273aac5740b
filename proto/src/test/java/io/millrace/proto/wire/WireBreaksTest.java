package io.millrace.proto.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.millrace.proto.wire.WireBreak.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WireBreaksTest {
    @TempDir
    Path scratch;

    static Stream<Arguments> breaks() {
        return Stream.of(
                pair(Kind.MESSAGE_REMOVED, "x.v1.B", "message A {} message B {}", "message A {}"),
                pair(Kind.MESSAGE_REMOVED, "x.v1.A.B", "message A { message B {} }", "message A {}"),
                pair(Kind.FIELD_REMOVED, "x.v1.A.a", "message A { int32 a = 1; }", "message A {}"),
                pair(Kind.FIELD_REMOVED, "x.v1.A.a", "message A { int32 a = 1; }", "message A { reserved 1; }"),
                pair(Kind.FIELD_RENUMBERED, "x.v1.A.a", "message A { int32 a = 1; }", "message A { int32 a = 2; }"),
                pair(Kind.FIELD_RENAMED, "x.v1.A.a", "message A { int32 a = 1; }", "message A { int32 b = 1; }"),
                pair(Kind.FIELD_RETYPED, "x.v1.A.a", "message A { int32 a = 1; }", "message A { sint32 a = 1; }"),
                pair(
                        Kind.FIELD_RETYPED,
                        "x.v1.A.a",
                        "message A { B a = 1; } message B {} message C {}",
                        "message A { C a = 1; } message B {} message C {}"),
                pair(
                        Kind.FIELD_RETYPED,
                        "x.v1.A.AEntry.value",
                        "message A { map<string, int32> a = 1; }",
                        "message A { map<string, string> a = 1; }"),
                pair(
                        Kind.FIELD_LABEL_CHANGED,
                        "x.v1.A.a",
                        "message A { int32 a = 1; }",
                        "message A { repeated int32 a = 1; }"),
                pair(
                        Kind.FIELD_LABEL_CHANGED,
                        "x.v1.A.a",
                        "message A { optional int32 a = 1; }",
                        "message A { int32 a = 1; }"),
                pair(
                        Kind.FIELD_ONEOF_CHANGED,
                        "x.v1.A.a",
                        "message A { int32 a = 1; oneof o { int32 b = 2; } }",
                        "message A { oneof o { int32 b = 2; int32 a = 1; } }"),
                pair(
                        Kind.FIELD_ONEOF_CHANGED,
                        "x.v1.A.a",
                        "message A { oneof o { int32 a = 1; int32 b = 2; } }",
                        "message A { oneof o { int32 b = 2; } oneof p { int32 a = 1; } }"),
                pair(
                        Kind.RESERVED_NUMBER_REUSED,
                        "x.v1.A",
                        "message A { reserved 2 to 4; }",
                        "message A { reserved 2, 4; int32 a = 3; }"),
                pair(
                        Kind.RESERVED_NUMBER_REUSED,
                        "x.v1.E",
                        "enum E { reserved 3; E_UNSPECIFIED = 0; }",
                        "enum E { E_UNSPECIFIED = 0; E_A = 3; }"),
                pair(Kind.RESERVATION_DROPPED, "x.v1.A", "message A { reserved 2; }", "message A {}"),
                pair(
                        Kind.RESERVATION_DROPPED,
                        "x.v1.E",
                        "enum E { reserved 3; E_UNSPECIFIED = 0; }",
                        "enum E { E_UNSPECIFIED = 0; }"),
                pair(Kind.ENUM_REMOVED, "x.v1.E", "enum E { E_UNSPECIFIED = 0; } message A {}", "message A {}"),
                pair(
                        Kind.ENUM_VALUE_REMOVED,
                        "x.v1.E.E_A",
                        "enum E { E_UNSPECIFIED = 0; E_A = 1; }",
                        "enum E { E_UNSPECIFIED = 0; }"),
                pair(
                        Kind.ENUM_VALUE_RENUMBERED,
                        "x.v1.E.E_A",
                        "enum E { E_UNSPECIFIED = 0; E_A = 1; }",
                        "enum E { E_UNSPECIFIED = 0; E_A = 2; }"),
                pair(
                        Kind.ENUM_VALUE_RENAMED,
                        "x.v1.E.E_A",
                        "enum E { E_UNSPECIFIED = 0; E_A = 1; }",
                        "enum E { E_UNSPECIFIED = 0; E_B = 1; }"),
                pair(
                        Kind.SERVICE_REMOVED,
                        "x.v1.S",
                        "message A {} service S { rpc R(A) returns (A); }",
                        "message A {}"),
                pair(
                        Kind.RPC_REMOVED,
                        "x.v1.S.R",
                        "message A {} service S { rpc R(A) returns (A); rpc Q(A) returns (A); }",
                        "message A {} service S { rpc Q(A) returns (A); }"),
                pair(
                        Kind.RPC_REQUEST_CHANGED,
                        "x.v1.S.R",
                        "message A {} message B {} service S { rpc R(A) returns (A); }",
                        "message A {} message B {} service S { rpc R(B) returns (A); }"),
                pair(
                        Kind.RPC_RESPONSE_CHANGED,
                        "x.v1.S.R",
                        "message A {} message B {} service S { rpc R(A) returns (A); }",
                        "message A {} message B {} service S { rpc R(A) returns (B); }"),
                pair(
                        Kind.RPC_STREAMING_CHANGED,
                        "x.v1.S.R",
                        "message A {} service S { rpc R(A) returns (A); }",
                        "message A {} service S { rpc R(A) returns (stream A); }"),
                pair(
                        Kind.RPC_STREAMING_CHANGED,
                        "x.v1.S.R",
                        "message A {} service S { rpc R(stream A) returns (A); }",
                        "message A {} service S { rpc R(A) returns (A); }"));
    }

    static Stream<Arguments> additions() {
        return Stream.of(
                Arguments.of("message A { int32 a = 1; }", "message A { int32 a = 1; string b = 2; }"),
                Arguments.of("message A {}", "message A {} message B {} enum E { E_UNSPECIFIED = 0; }"),
                Arguments.of("enum E { E_UNSPECIFIED = 0; }", "enum E { E_UNSPECIFIED = 0; E_A = 1; }"),
                Arguments.of(
                        "message A {} service S { rpc R(A) returns (A); }",
                        "message A {} service S { rpc Q(A) returns (A); rpc R(A) returns (A); }"),
                Arguments.of(
                        "message A { oneof o { int32 a = 1; } }",
                        "message A { oneof o { int32 a = 1; int32 b = 2; } }"),
                Arguments.of("message A { int32 a = 1; }", "// Said better.\nmessage A { int32 a = 1; /* too */ }"),
                Arguments.of("message A { int32 a = 1; int32 b = 2; }", "message A { int32 b = 2; int32 a = 1; }"),
                Arguments.of("message A { reserved 2; }", "message A { reserved 2 to 5; }"),
                Arguments.of(
                        "message A { reserved 2; reserved \"old\"; }",
                        "message A { reserved 2; reserved \"older\"; }"));
    }

    @ParameterizedTest(name = "{0} at {1}: {2} -> {3}")
    @MethodSource("breaks")
    void eachKindOfBreakIsFoundAndNamed(Kind kind, String where, String before, String after) throws IOException {
        assertThat(WireBreaks.between(compile(before), compile(after)))
                .as("%s -> %s", before, after)
                .anySatisfy(found -> {
                    assertThat(found.kind()).isEqualTo(kind);
                    assertThat(found.where()).isEqualTo(where);
                });
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @MethodSource("additions")
    void whatOldPeersCanIgnoreIsAllowed(String before, String after) throws IOException {
        assertThat(WireBreaks.between(compile(before), compile(after))).isEmpty();
    }

    @Test
    void everyKindOfBreakHasAPair() {
        assertThat(breaks().map(pair -> (Kind) pair.get()[0])).containsAll(EnumSet.allOf(Kind.class));
    }

    @Test
    void aMessageMayMoveToAnotherFileOfItsPackage() throws IOException {
        String header = "syntax = \"proto3\"; package x.v1; ";
        var before = Protoc.compile(directory(), files("x/v1/a.proto", header + "message A {} message B {}"));
        var after = Protoc.compile(
                directory(),
                Map.of(
                        "x/v1/a.proto", bytes(header + "message A {}"),
                        "x/v1/b.proto", bytes(header + "message B {}")));
        assertThat(WireBreaks.between(before, after)).isEmpty();
    }

    @Test
    void theContractsOfThisTreeDoNotBreakThemselves() {
        var now = Protoc.compile(Protoc.sources());
        assertThat(WireBreaks.between(now, now)).isEmpty();
        assertThat(Contracts.of(now).services()).containsKey("millrace.features.v1.FeatureService");
    }

    private static Arguments pair(Kind kind, String where, String before, String after) {
        return Arguments.of(kind, where, before, after);
    }

    private FileDescriptorSet compile(String body) throws IOException {
        return Protoc.compile(directory(), files("x/v1/x.proto", "syntax = \"proto3\"; package x.v1;\n" + body));
    }

    private Path directory() throws IOException {
        return Files.createTempDirectory(scratch, "contracts");
    }

    private static Map<String, byte[]> files(String path, String content) {
        return Map.of(path, bytes(content));
    }

    private static byte[] bytes(String content) {
        return content.getBytes(StandardCharsets.UTF_8);
    }
}
