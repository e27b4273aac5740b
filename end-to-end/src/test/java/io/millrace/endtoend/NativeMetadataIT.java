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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
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
        Path folder = Checkout.root().resolve(module).resolve(FOLDER);
        List<Path> files = files(folder, ".json");
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
        for (Path file : files(folder, "native-image.properties")) {
            var arguments = new Properties();
            try (var reader = Files.newBufferedReader(file)) {
                arguments.load(reader);
            }
            assertThat(arguments.getProperty("Args", "").strip().split("\\s+"))
                    .as("%s", file)
                    .allMatch(argument -> argument.startsWith("-"));
        }
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

    private static List<Path> files(Path folder, String ending) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
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

    private static URLClassLoader packaged(String module) throws IOException {
        Path application = Checkout.root().resolve(module).resolve("target/quarkus-app");
        var jars = new ArrayList<URL>();
        try (Stream<Path> files = Files.walk(application)) {
            files.filter(file -> file.toString().endsWith(".jar"))
                    .map(Path::toUri)
                    .map(NativeMetadataIT::url)
                    .forEach(jars::add);
        }
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
