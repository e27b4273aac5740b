package io.millrace.helm;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The settings of a service, read from the source of its {@code @ConfigMapping} interfaces: key, type, default and comment. */
final class Settings {
    /**
     * One setting.
     *
     * @param key as it is written in a properties file; {@code *} stands for a name that the user chooses
     * @param preset empty where there is none
     */
    record Setting(String key, String type, Optional<String> preset, String meaning) {
        /** The environment variable that sets it. */
        String variable() {
            return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
        }
    }

    private final DocTrees docs;
    private final CompilationUnitTree file;
    private final Map<String, TreePath> types = new LinkedHashMap<>();
    private final List<Setting> found = new ArrayList<>();

    private Settings(DocTrees docs, CompilationUnitTree file) {
        this.docs = docs;
        this.file = file;
    }

    /** The settings of the service in this module folder, in the order of their source. */
    static List<Setting> of(Path module) {
        Path sources = module.resolve("src/main/java");
        try (Stream<Path> files = Files.walk(sources)) {
            var settings = new ArrayList<Setting>();
            for (Path source : files.filter(file -> file.toString().matches(".*/config/[A-Za-z]*Config\\.java"))
                    .sorted()
                    .toList()) {
                settings.addAll(parse(source));
            }
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Setting> parse(Path source) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjects(source));
            CompilationUnitTree file = task.parse().iterator().next();
            var settings = new Settings(DocTrees.instance(task), file);
            for (Tree type : file.getTypeDecls()) {
                settings.root(new TreePath(new TreePath(file), type));
            }
            return settings.found;
        }
    }

    private void root(TreePath path) {
        if (path.getLeaf() instanceof ClassTree type) {
            name(path);
            value(type.getModifiers(), "ConfigMapping", "prefix").ifPresent(prefix -> group(path, prefix));
        }
    }

    private void name(TreePath path) {
        var type = (ClassTree) path.getLeaf();
        types.put(type.getSimpleName().toString(), path);
        for (Tree member : type.getMembers()) {
            if (member instanceof ClassTree) {
                name(new TreePath(path, member));
            }
        }
    }

    private void group(TreePath path, String prefix) {
        for (Tree member : ((ClassTree) path.getLeaf()).getMembers()) {
            if (member instanceof MethodTree method && method.getBody() == null) {
                setting(new TreePath(path, member), method, prefix);
            }
        }
    }

    private void setting(TreePath path, MethodTree method, String prefix) {
        String own = value(method.getModifiers(), "WithName", "value")
                .orElseGet(() -> kebab(method.getName().toString()));
        String type = method.getReturnType().toString();
        String key = prefix + "." + own + (type.startsWith("Map<") ? ".*" : "");
        String element = type.replaceAll(".*[<, ]([A-Za-z]+)>*$", "$1");
        TreePath nested = types.get(element);
        if (nested != null && nested.getLeaf().getKind() == Tree.Kind.INTERFACE) {
            group(nested, key);
        } else {
            found.add(new Setting(
                    key, words(type), value(method.getModifiers(), "WithDefault", "value"), comment(path, method)));
        }
    }

    private String comment(TreePath path, MethodTree method) {
        String text = docs.getDocComment(path);
        if (text == null) {
            return "";
        }
        if (text.contains("@return")) {
            throw new IllegalStateException(
                    file.getSourceFile().getName() + ": say what " + method.getName() + " is in the first sentence");
        }
        return text.strip()
                .replaceAll("\\s+", " ")
                .replaceAll("\\{@code ([^}]*)}", "`$1`")
                .replaceAll("\\{@link #?([^}]*)}", "`$1`")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }

    private String words(String type) {
        String plain = type.replaceAll("^(Optional|List)<(.*)>$", "$2").replaceAll("^Map<[^,]*, *(.*)>$", "$1");
        TreePath named = types.get(plain);
        if (named != null && named.getLeaf() instanceof ClassTree constants) {
            return String.join(
                    ", ",
                    constants.getMembers().stream()
                            .filter(member -> member.getKind() == Tree.Kind.VARIABLE)
                            .map(member -> ((VariableTree) member).getName().toString())
                            .map(name -> name.toLowerCase(Locale.ROOT).replace('_', '-'))
                            .toList());
        }
        return switch (plain) {
            case "Duration" -> "duration";
            case "MemorySize" -> "size";
            case "Path" -> "path";
            case "int", "long", "OptionalInt", "OptionalLong" -> "whole number";
            case "double", "Double", "OptionalDouble" -> "number";
            case "boolean" -> "true or false";
            case "String" -> "text";
            case "URI" -> "address";
            case "List<String>" -> "texts, separated by commas";
            default ->
                throw new IllegalStateException(
                        file.getSourceFile().getName() + ": no word for settings of type " + type);
        };
    }

    private static Optional<String> value(ModifiersTree modifiers, String annotation, String member) {
        for (AnnotationTree candidate : modifiers.getAnnotations()) {
            if (candidate.getAnnotationType().toString().equals(annotation)) {
                for (ExpressionTree argument : candidate.getArguments()) {
                    if (argument instanceof LiteralTree literal && member.equals("value")) {
                        return Optional.of(String.valueOf(literal.getValue()));
                    }
                    if (argument instanceof AssignmentTree assignment
                            && assignment.getVariable().toString().equals(member)
                            && assignment.getExpression() instanceof LiteralTree literal) {
                        return Optional.of(String.valueOf(literal.getValue()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
