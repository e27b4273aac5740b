package io.millrace.proto.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The habits of Millrace's own contracts (packages {@code millrace.*}); contracts of other projects stay as their authors wrote them. */
class ContractStyleTest {
    private static List<FileDescriptorProto> ours = List.of();

    @BeforeAll
    static void compile() {
        FileDescriptorSet all = Protoc.compile(Protoc.sources());
        ours = all.getFileList().stream()
                .filter(file -> file.getPackage().startsWith("millrace."))
                .toList();
        assertThat(ours).hasSizeGreaterThanOrEqualTo(4);
    }

    @Test
    void everyRpcHasACommentOfMoreThanItsName() {
        for (FileDescriptorProto file : ours) {
            Map<List<Integer>, String> comments = comments(file);
            for (int s = 0; s < file.getServiceCount(); s++) {
                ServiceDescriptorProto service = file.getService(s);
                assertThat(comments.getOrDefault(List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, s), ""))
                        .as(service.getName())
                        .isNotBlank();
                for (int m = 0; m < service.getMethodCount(); m++) {
                    var path = List.of(
                            FileDescriptorProto.SERVICE_FIELD_NUMBER, s, ServiceDescriptorProto.METHOD_FIELD_NUMBER, m);
                    assertThat(comments.getOrDefault(path, "").strip())
                            .as("%s.%s", service.getName(), service.getMethod(m).getName())
                            .contains(" ")
                            .endsWith(".");
                }
            }
        }
    }

    @Test
    void everyRpcHasARequestAndAResponseOfItsOwn() {
        for (FileDescriptorProto file : ours) {
            for (ServiceDescriptorProto service : file.getServiceList()) {
                for (MethodDescriptorProto rpc : service.getMethodList()) {
                    String scope = "." + file.getPackage() + "." + rpc.getName();
                    assertThat(rpc.getInputType()).isEqualTo(scope + "Request");
                    assertThat(rpc.getOutputType()).isEqualTo(scope + "Response");
                }
            }
        }
    }

    @Test
    void aPackageIsThePathOfItsFilesAndEndsInItsVersion() {
        for (FileDescriptorProto file : ours) {
            String folder = file.getName().substring(0, file.getName().lastIndexOf('/'));
            assertThat(file.getPackage().replace('.', '/')).isEqualTo(folder);
            assertThat(file.getPackage()).matches("millrace\\.[a-z]+\\.v[1-9][0-9]*");
            assertThat(file.getOptions().getJavaPackage())
                    .isEqualTo(file.getPackage().replaceFirst("^millrace\\.", "io.millrace.proto."));
        }
    }

    @Test
    void theZeroOfEveryEnumIsUnspecifiedAndItsValuesCarryItsName() {
        Contracts.of(FileDescriptorSet.newBuilder().addAllFile(ours).build())
                .enums()
                .forEach((name, type) -> {
                    String prefix = type.getName()
                                    .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                                    .toUpperCase(Locale.ROOT) + "_";
                    assertThat(type.getValue(0).getNumber()).as(name).isZero();
                    assertThat(type.getValue(0).getName()).as(name).isEqualTo(prefix + "UNSPECIFIED");
                    assertThat(type.getValueList()).as(name).allSatisfy(value -> assertThat(value.getName())
                            .startsWith(prefix));
                });
    }

    private static Map<List<Integer>, String> comments(FileDescriptorProto file) {
        var comments = new HashMap<List<Integer>, String>();
        for (Location location : file.getSourceCodeInfo().getLocationList()) {
            comments.put(location.getPathList(), location.getLeadingComments());
        }
        return comments;
    }
}
