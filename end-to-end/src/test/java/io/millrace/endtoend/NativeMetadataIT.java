package io.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.backing.Checkout;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A native image cannot be built everywhere; that its metadata speaks of what is there can be checked everywhere. */
class NativeMetadataIT {
    private static final String FOLDER = "src/main/resources/META-INF/native-image";

    @ParameterizedTest
    @ValueSource(strings = {"feature-service", "inference-service", "registry-service", "edge-gateway"})
    void everyNameInTheMetadataIsOnThePackagedClassPath(String module) throws IOException {
        List<Path> files = files(module, ".json");
        try (var packaged = packaged(module)) {
            for (Path file : files) {
                JsonNode metadata = new ObjectMapper().readTree(Files.readString(file));
                var missing = new TreeSet<String>();
                for (String type : types(metadata)) {
                    if (packaged.findResource(type.replace('.', '/') + ".class") == null
                            && ClassLoader.getPlatformClassLoader().getResource(type.replace('.', '/') + ".class")
                                    == null) {
                        missing.add(type);
                    }
                }
                assertThat(missing)
                        .as("%s names classes that %s does not hold", file, module)
                        .isEmpty();
            }
        }
        for (Path file : files(module, "native-image.properties")) {
            var arguments = new Properties();
            try (var reader = Files.newBufferedReader(file)) {
                arguments.load(reader);
            }
            assertThat(arguments.getProperty("Args", "").strip().split("\\s+"))
                    .as("%s", file)
                    .allMatch(argument -> argument.startsWith("-"));
        }
    }

    /** Quarkus switches off the builder's own search for services: what looks for them finds those that the metadata names. */
    @ParameterizedTest
    @ValueSource(strings = {"org.apache.lucene", "org.apache.avro", "org.postgresql"})
    void everyServiceThatALibraryLooksUpIsInTheMetadata(String library) throws IOException {
        var types = new TreeSet<String>();
        var globs = new TreeSet<String>();
        for (Path file : files("feature-service", ".json")) {
            JsonNode metadata = new ObjectMapper().readTree(Files.readString(file));
            types.addAll(types(metadata));
            globs.addAll(globs(metadata));
        }
        int services = 0;
        for (Path jar : jars("feature-service")) {
            if (jar.getFileName().toString().startsWith(library)) {
                try (var contents = new JarFile(jar.toFile())) {
                    for (String service : services(contents)) {
                        services++;
                        assertThat(globs).as(service).anyMatch(glob -> matches(glob, service));
                        assertThat(types).as(service).containsAll(providers(contents, service));
                    }
                }
            }
        }
        assertThat(services).as("services of %s", library).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"feature-service", "inference-service", "registry-service", "edge-gateway"})
    void everyResourceInTheMetadataIsOnThePackagedClassPath(String module) throws IOException {
        var globs = new TreeSet<String>();
        for (Path file : files(module, ".json")) {
            globs.addAll(globs(new ObjectMapper().readTree(Files.readString(file))));
        }
        var found = new TreeSet<String>();
        for (Path jar : jars(module)) {
            try (var contents = new JarFile(jar.toFile())) {
                contents.stream().map(JarEntry::getName).forEach(name -> globs.stream()
                        .filter(glob -> matches(glob, name))
                        .forEach(found::add));
            }
        }
        assertThat(found).containsExactlyElementsOf(globs);
    }

    @ParameterizedTest
    @ValueSource(strings = {"feature-service", "inference-service", "registry-service", "edge-gateway"})
    void everyServiceHasItsNativeProfile(String module) throws Exception {
        var pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Checkout.root().resolve(module).resolve("pom.xml").toFile());
        var enabled = pom.getElementsByTagName("quarkus.native.enabled");
        assertThat(enabled.getLength()).isEqualTo(1);
        assertThat(enabled.item(0).getTextContent()).isEqualTo("true");
    }

    /** The metadata of a service, and of the library that both feature-service and inference-service are made of. */
    private static List<Path> files(String module, String ending) throws IOException {
        var found = new ArrayList<Path>();
        boolean hasKernel = module.equals("feature-service") || module.equals("inference-service");
        for (String part : hasKernel ? List.of(module, "feature-kernel") : List.of(module)) {
            Path folder = Checkout.root().resolve(part).resolve(FOLDER);
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.filter(file -> file.toString().endsWith(ending)).forEach(found::add);
                }
            }
        }
        return found;
    }

    /** Class names of reflection and JNI entries, in today's form and in the older ones, arrays and lambdas left out. */
    private static List<String> types(JsonNode metadata) {
        var types = new ArrayList<String>();
        Stream.concat(metadata.findValues("type").stream(), metadata.findValues("name").stream())
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .filter(name -> name.contains(".") && !name.contains("[") && !name.startsWith("<"))
                .forEach(types::add);
        return types;
    }

    private static List<String> globs(JsonNode metadata) {
        return metadata.findValues("glob").stream().map(JsonNode::asText).toList();
    }

    private static boolean matches(String glob, String name) {
        return FileSystems.getDefault().getPathMatcher("glob:" + glob).matches(Path.of(name));
    }

    private static List<String> services(JarFile jar) {
        return jar.stream()
                .map(JarEntry::getName)
                .filter(name -> name.startsWith("META-INF/services/") && !name.endsWith("/"))
                .toList();
    }

    private static List<String> providers(JarFile jar, String service) throws IOException {
        try (var text = jar.getInputStream(jar.getJarEntry(service))) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
    }

    private static List<Path> jars(String module) throws IOException {
        Path application = Checkout.root().resolve(module).resolve("target/quarkus-app");
        try (Stream<Path> files = Files.walk(application)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }

    private static URLClassLoader packaged(String module) throws IOException {
        List<URL> jars = jars(module).stream()
                .map(Path::toUri)
                .map(NativeMetadataIT::url)
                .toList();
        assertThat(jars).hasSizeGreaterThan(50);
        return new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static URL url(URI uri) {
        try {
            return uri.toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException("not a file: " + uri, e);
        }
    }
}
