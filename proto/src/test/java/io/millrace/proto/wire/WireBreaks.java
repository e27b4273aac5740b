package io.millrace.proto.wire;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import io.millrace.proto.wire.WireBreak.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares two states of the contracts. The rules follow "Updating A Message Type" of the protobuf language guide, with one
 * addition: removing is refused even where the number is reserved, because a peer of the same version still sends or expects it.
 */
final class WireBreaks {
    private final List<WireBreak> found = new ArrayList<>();

    private WireBreaks() {}

    /** Everything that breaks a peer that knows {@code before}, in the order of {@code before}; empty where nothing does. */
    static List<WireBreak> between(FileDescriptorSet before, FileDescriptorSet after) {
        var comparison = new WireBreaks();
        comparison.compare(Contracts.of(before), Contracts.of(after));
        return List.copyOf(comparison.found);
    }

    private void compare(Contracts before, Contracts after) {
        before.messages().forEach((name, message) -> {
            DescriptorProto now = after.messages().get(name);
            if (now == null) {
                add(Kind.MESSAGE_REMOVED, name, "the message is gone");
            } else {
                compareMessage(name, message, now);
            }
        });
        before.enums().forEach((name, type) -> {
            EnumDescriptorProto now = after.enums().get(name);
            if (now == null) {
                add(Kind.ENUM_REMOVED, name, "the enum is gone");
            } else {
                compareEnum(name, type, now);
            }
        });
        before.services().forEach((name, service) -> {
            ServiceDescriptorProto now = after.services().get(name);
            if (now == null) {
                add(Kind.SERVICE_REMOVED, name, "the service is gone");
            } else {
                compareService(name, service, now);
            }
        });
    }

    private void compareMessage(String name, DescriptorProto before, DescriptorProto after) {
        for (FieldDescriptorProto field : before.getFieldList()) {
            compareField(name + "." + field.getName(), field, before, after);
        }
        var reservedNow = numbers(after.getReservedRangeList().stream()
                .map(range -> new int[] {range.getStart(), range.getEnd() - 1})
                .toList());
        for (var range : before.getReservedRangeList()) {
            for (FieldDescriptorProto field : after.getFieldList()) {
                if (range.getStart() <= field.getNumber() && field.getNumber() < range.getEnd()) {
                    add(Kind.RESERVED_NUMBER_REUSED, name, field.getNumber() + " was reserved, is " + field.getName());
                }
            }
            reportDropped(
                    name,
                    range.getStart(),
                    range.getEnd() - 1,
                    reservedNow,
                    after.getFieldList().stream()
                            .map(FieldDescriptorProto::getNumber)
                            .toList());
        }
    }

    private void compareField(
            String where, FieldDescriptorProto was, DescriptorProto before, DescriptorProto afterMessage) {
        FieldDescriptorProto sameNumber = field(afterMessage, was.getNumber());
        FieldDescriptorProto sameName = field(afterMessage, was.getName());
        if (sameName != null && sameName.getNumber() != was.getNumber()) {
            add(Kind.FIELD_RENUMBERED, where, "was " + was.getNumber() + ", is " + sameName.getNumber());
            return;
        }
        if (sameNumber == null) {
            add(Kind.FIELD_REMOVED, where, "number " + was.getNumber() + " is gone");
            return;
        }
        if (!sameNumber.getName().equals(was.getName())) {
            add(Kind.FIELD_RENAMED, where, "number " + was.getNumber() + " is called " + sameNumber.getName());
        }
        if (!type(was).equals(type(sameNumber))) {
            add(Kind.FIELD_RETYPED, where, "was " + type(was) + ", is " + type(sameNumber));
        }
        if (!label(was).equals(label(sameNumber))) {
            add(Kind.FIELD_LABEL_CHANGED, where, "was " + label(was) + ", is " + label(sameNumber));
        }
        String oneofWas = oneof(before, was);
        String oneofIs = oneof(afterMessage, sameNumber);
        if (!oneofWas.equals(oneofIs)) {
            add(Kind.FIELD_ONEOF_CHANGED, where, "was in " + oneofWas + ", is in " + oneofIs);
        }
    }

    private void compareEnum(String name, EnumDescriptorProto before, EnumDescriptorProto after) {
        for (EnumValueDescriptorProto value : before.getValueList()) {
            String where = name + "." + value.getName();
            EnumValueDescriptorProto sameName = value(after, value.getName());
            if (sameName != null && sameName.getNumber() != value.getNumber()) {
                add(Kind.ENUM_VALUE_RENUMBERED, where, "was " + value.getNumber() + ", is " + sameName.getNumber());
            } else if (sameName == null) {
                EnumValueDescriptorProto sameNumber = value(after, value.getNumber());
                if (sameNumber == null) {
                    add(Kind.ENUM_VALUE_REMOVED, where, "number " + value.getNumber() + " is gone");
                } else {
                    add(Kind.ENUM_VALUE_RENAMED, where, value.getNumber() + " is called " + sameNumber.getName());
                }
            }
        }
        var reservedNow = numbers(after.getReservedRangeList().stream()
                .map(range -> new int[] {range.getStart(), range.getEnd()})
                .toList());
        for (var range : before.getReservedRangeList()) {
            for (EnumValueDescriptorProto value : after.getValueList()) {
                if (range.getStart() <= value.getNumber() && value.getNumber() <= range.getEnd()) {
                    add(Kind.RESERVED_NUMBER_REUSED, name, value.getNumber() + " was reserved, is " + value.getName());
                }
            }
            reportDropped(
                    name,
                    range.getStart(),
                    range.getEnd(),
                    reservedNow,
                    after.getValueList().stream()
                            .map(EnumValueDescriptorProto::getNumber)
                            .toList());
        }
    }

    private void compareService(String name, ServiceDescriptorProto before, ServiceDescriptorProto after) {
        for (MethodDescriptorProto rpc : before.getMethodList()) {
            String where = name + "." + rpc.getName();
            MethodDescriptorProto now = after.getMethodList().stream()
                    .filter(candidate -> candidate.getName().equals(rpc.getName()))
                    .findFirst()
                    .orElse(null);
            if (now == null) {
                add(Kind.RPC_REMOVED, where, "the rpc is gone");
                continue;
            }
            if (!rpc.getInputType().equals(now.getInputType())) {
                add(Kind.RPC_REQUEST_CHANGED, where, "was " + rpc.getInputType() + ", is " + now.getInputType());
            }
            if (!rpc.getOutputType().equals(now.getOutputType())) {
                add(Kind.RPC_RESPONSE_CHANGED, where, "was " + rpc.getOutputType() + ", is " + now.getOutputType());
            }
            if (!streaming(rpc).equals(streaming(now))) {
                add(Kind.RPC_STREAMING_CHANGED, where, "was " + streaming(rpc) + ", is " + streaming(now));
            }
        }
    }

    /** A number in use again is reported as that, not as dropped too. */
    private void reportDropped(
            String name, int first, int last, Map<Integer, Integer> reservedNow, List<Integer> used) {
        // Reservations to `max` are compared by their ends only.
        IntStream.of(first, last)
                .distinct()
                .filter(number -> !used.contains(number) && !contains(reservedNow, number))
                .forEach(number -> add(Kind.RESERVATION_DROPPED, name, number + " is no longer reserved"));
    }

    private static Map<Integer, Integer> numbers(List<int[]> ranges) {
        var byStart = new TreeMap<Integer, Integer>();
        ranges.forEach(range -> byStart.put(range[0], range[1]));
        return byStart;
    }

    private static boolean contains(Map<Integer, Integer> ranges, int number) {
        return ranges.entrySet().stream().anyMatch(range -> range.getKey() <= number && number <= range.getValue());
    }

    private void add(Kind kind, String where, String detail) {
        found.add(new WireBreak(kind, where, detail));
    }

    private static @Nullable FieldDescriptorProto field(DescriptorProto message, int number) {
        return message.getFieldList().stream()
                .filter(field -> field.getNumber() == number)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable FieldDescriptorProto field(DescriptorProto message, String name) {
        return message.getFieldList().stream()
                .filter(field -> field.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static @Nullable EnumValueDescriptorProto value(EnumDescriptorProto type, String name) {
        return type.getValueList().stream()
                .filter(value -> value.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static @Nullable EnumValueDescriptorProto value(EnumDescriptorProto type, int number) {
        return type.getValueList().stream()
                .filter(value -> value.getNumber() == number)
                .findFirst()
                .orElse(null);
    }

    private static String type(FieldDescriptorProto field) {
        return field.getTypeName().isEmpty() ? field.getType().name() : field.getType() + " " + field.getTypeName();
    }

    private static String label(FieldDescriptorProto field) {
        if (field.getProto3Optional()) {
            return "optional with presence";
        }
        return switch (field.getLabel()) {
            case LABEL_OPTIONAL -> "singular";
            case LABEL_REPEATED -> "repeated";
            case LABEL_REQUIRED -> "required";
        };
    }

    private static String oneof(DescriptorProto message, FieldDescriptorProto field) {
        return field.hasOneofIndex() && !field.getProto3Optional()
                ? "oneof " + message.getOneofDecl(field.getOneofIndex()).getName()
                : "no oneof";
    }

    private static String streaming(MethodDescriptorProto rpc) {
        return (rpc.getClientStreaming() ? "streaming" : "single") + " requests, "
                + (rpc.getServerStreaming() ? "streaming" : "single") + " responses";
    }
}
