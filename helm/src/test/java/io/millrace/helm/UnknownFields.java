package io.millrace.helm;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what the API's types could not place: they keep it as additional properties instead of refusing it. */
final class UnknownFields {
    private UnknownFields() {}

    /** Adds the path of each unknown field at or below {@code node}. */
    static void collect(String path, Object node, List<String> unknown) {
        switch (node) {
            case Collection<?> members -> {
                int index = 0;
                for (Object member : members) {
                    collect(path + "[" + index++ + "]", member, unknown);
                }
            }
            case Map<?, ?> members ->
                members.forEach((key, member) -> {
                    if (member != null) {
                        collect(path + "." + key, member, unknown);
                    }
                });
            default -> {
                if (node.getClass().getName().startsWith("io.fabric8.")) {
                    collectModel(path, node, unknown);
                }
            }
        }
    }

    private static void collectModel(String path, Object node, List<String> unknown) {
        if (node instanceof Enum) {
            return;
        }
        for (Method method : node.getClass().getMethods()) {
            boolean getter = method.getName().startsWith("get")
                    && method.getParameterCount() == 0
                    && method.getDeclaringClass() != Object.class
                    && !Modifier.isStatic(method.getModifiers());
            if (!getter) {
                continue;
            }
            Object value = call(node, method);
            if (value == null) {
                continue;
            }
            if (method.getName().equals("getAdditionalProperties")) {
                ((Map<?, ?>) value).keySet().forEach(key -> unknown.add(path + "." + key));
            } else {
                collect(path + "." + method.getName().substring(3), value, unknown);
            }
        }
    }

    private static @Nullable Object call(Object node, Method method) {
        try {
            return method.invoke(node);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + method, e);
        }
    }
}
