package io.millrace.proto.wire;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The elements of a set of files by full name, so that moving one to another file of its package changes nothing.
 *
 * @param messages nested ones included, generated map entries too
 */
record Contracts(
        Map<String, DescriptorProto> messages,
        Map<String, EnumDescriptorProto> enums,
        Map<String, ServiceDescriptorProto> services) {

    static Contracts of(FileDescriptorSet files) {
        var contracts = new Contracts(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        for (FileDescriptorProto file : files.getFileList()) {
            String scope = file.getPackage();
            file.getMessageTypeList().forEach(message -> contracts.add(scope, message));
            file.getEnumTypeList().forEach(type -> contracts.enums.put(qualified(scope, type.getName()), type));
            file.getServiceList()
                    .forEach(service -> contracts.services.put(qualified(scope, service.getName()), service));
        }
        return contracts;
    }

    private void add(String scope, DescriptorProto message) {
        String name = qualified(scope, message.getName());
        messages.put(name, message);
        message.getNestedTypeList().forEach(nested -> add(name, nested));
        message.getEnumTypeList().forEach(type -> enums.put(qualified(name, type.getName()), type));
    }

    private static String qualified(String scope, String name) {
        return scope.isEmpty() ? name : scope + "." + name;
    }
}
