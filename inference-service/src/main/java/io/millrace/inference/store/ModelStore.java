package io.millrace.inference.store;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.ModelRepository;
import io.millrace.inference.domain.GoldenRequest;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.VersionPolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A model repository of files: {@code <name>/<version>/model.yaml}, beside it the file that it names, {@code golden.json} and {@code model.yaml.sig}, and {@code <name>/policy.yaml}. */
abstract class ModelStore implements ModelRepository {
    static final String DEFINITION = "model.yaml";
    static final String POLICY = "policy.yaml";
    static final String GOLDEN = "golden.json";

    private static final int MAX_DEFINITION_BYTES = 1 << 20;
    private static final int MAX_GOLDEN_BYTES = 16 << 20;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private static final String SIGNATURE = ".sig";
    private static final int MAX_SIGNATURE_BYTES = 1 << 10;

    private final long maxFileBytes;
    private final TrustedKeys trusted;

    /**
     * @param maxFileBytes larger model files are refused; less than 2 GiB
     */
    ModelStore(long maxFileBytes, TrustedKeys trusted) {
        if (maxFileBytes < 1 || maxFileBytes > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "millrace.inference.models.max-file-size must be 1 byte to 2 GiB, was " + maxFileBytes);
        }
        this.maxFileBytes = maxFileBytes;
        this.trusted = trusted;
    }

    /**
     * The bytes of a file.
     *
     * @param path of names that were checked, from the root
     * @return an array of exactly its size
     * @throws NoSuchFileException where there is none
     * @throws ModelRefusedException TOO_LARGE; SYMLINK, FILE_MISSING where it is no plain file
     */
    abstract byte[] bytes(List<String> path, long maxBytes) throws IOException, ModelRefusedException;

    @Override
    public final ModelFile read(Candidate candidate) throws ModelRefusedException {
        String name = candidate.name();
        String version = candidate.version();
        String shown = name + "/" + version;
        refuseSuspects(candidate);
        if (!NAME.matcher(name).matches() || !NAME.matcher(version).matches()) {
            throw new ModelRefusedException(
                    ModelFault.INVALID_DEFINITION,
                    "names and versions are letters, digits, '.', '_' and '-', was " + shown);
        }
        Signed signed = definition(name, version);
        ModelDefinition definition = signed.definition();
        ByteBuffer content = content(definition);
        String digest = digest(content);
        if (!digest.equals(definition.digest())) {
            throw new ModelRefusedException(
                    ModelFault.DIGEST_MISMATCH,
                    "the SHA-256 of " + definition.file() + " is " + digest + ", declared is " + definition.digest());
        }
        return new ModelFile(definition, content, golden(name, version), reference(definition), signed.signer());
    }

    /** The bytes of the reference, whose digest is checked where it is said. */
    private Optional<ByteBuffer> reference(ModelDefinition definition) throws ModelRefusedException {
        if (definition.reference().isEmpty()) {
            return Optional.empty();
        }
        ModelDefinition.Reference reference = definition.reference().get();
        List<String> path = List.of(definition.name(), definition.version(), reference.file());
        String shown = String.join("/", path);
        if (!NAME.matcher(reference.file()).matches()) {
            throw new ModelRefusedException(
                    ModelFault.PATH_ESCAPE, shown + ": the reference must lie beside " + DEFINITION);
        }
        try {
            ByteBuffer content = ByteBuffer.wrap(bytes(path, maxFileBytes));
            String digest = digest(content);
            if (reference.digest().isPresent()
                    && !digest.equals(reference.digest().get())) {
                throw new ModelRefusedException(
                        ModelFault.DIGEST_MISMATCH,
                        "the SHA-256 of " + shown + " is " + digest + ", declared is "
                                + reference.digest().get());
            }
            return Optional.of(content);
        } catch (NoSuchFileException e) {
            throw new ModelRefusedException(ModelFault.FILE_MISSING, shown + " is not there", e);
        } catch (IOException e) {
            throw unreadable(shown, e);
        }
    }

    /** Refuses a version by what it is before anything of it is opened. */
    void refuseSuspects(Candidate candidate) throws ModelRefusedException {}

    @Override
    public final VersionPolicy policy(String model) throws ModelRefusedException {
        String shown = model + "/" + POLICY;
        if (!NAME.matcher(model).matches()) {
            throw new ModelRefusedException(ModelFault.INVALID_POLICY, shown + ": the model's name is not one");
        }
        var faults = new Faults();
        String text = text(List.of(model, POLICY), ModelFault.INVALID_POLICY)
                .orElseThrow(() -> new ModelRefusedException(ModelFault.UNREADABLE, shown + " is gone"));
        VersionPolicy policy = PolicyYaml.read(new DefinitionFile(shown, text), faults);
        if (!faults.isEmpty()) {
            throw new ModelRefusedException(ModelFault.INVALID_POLICY, ModelYaml.text(faults));
        }
        return policy;
    }

    /** A definition, and who signed it; empty where nobody is asked for. */
    private record Signed(ModelDefinition definition, String signer) {}

    private Signed definition(String name, String version) throws ModelRefusedException {
        String path = name + "/" + version + "/" + DEFINITION;
        var faults = new Faults();
        String text = text(List.of(name, version, DEFINITION), ModelFault.INVALID_DEFINITION)
                .orElseThrow(() -> new ModelRefusedException(ModelFault.INVALID_DEFINITION, path + " is not there"));
        String signer = "";
        if (trusted.areAsked()) {
            signer = trusted.verify(
                    path,
                    text.getBytes(StandardCharsets.UTF_8),
                    signature(List.of(name, version, DEFINITION + SIGNATURE)));
        }
        ModelDefinition definition = ModelYaml.read(new DefinitionFile(path, text), name, version, faults);
        if (!faults.isEmpty()) {
            throw new ModelRefusedException(ModelFault.INVALID_DEFINITION, ModelYaml.text(faults));
        }
        if (!NAME.matcher(definition.file()).matches()) {
            throw new ModelRefusedException(
                    ModelFault.PATH_ESCAPE,
                    path + ": 'file' must name a file beside it, was '" + definition.file() + "'");
        }
        return new Signed(definition, signer);
    }

    private byte[] signature(List<String> path) throws ModelRefusedException {
        String shown = String.join("/", path);
        try {
            return bytes(path, MAX_SIGNATURE_BYTES);
        } catch (NoSuchFileException e) {
            throw new ModelRefusedException(
                    ModelFault.UNTRUSTED, shown + " is not there, and only signed versions are to serve", e);
        } catch (IOException e) {
            throw unreadable(shown, e);
        }
    }

    private ByteBuffer content(ModelDefinition definition) throws ModelRefusedException {
        List<String> path = List.of(definition.name(), definition.version(), definition.file());
        String shown = String.join("/", path);
        ByteBuffer content;
        try {
            content = ByteBuffer.wrap(bytes(path, maxFileBytes));
        } catch (NoSuchFileException e) {
            throw new ModelRefusedException(ModelFault.FILE_MISSING, shown + " is not there", e);
        } catch (IOException e) {
            throw unreadable(shown, e);
        }
        if (definition.size().isPresent() && definition.size().getAsLong() != content.capacity()) {
            throw new ModelRefusedException(
                    ModelFault.DIGEST_MISMATCH,
                    shown + " has " + content.capacity() + " bytes, declared are "
                            + definition.size().getAsLong());
        }
        FileKind.refuse(shown, content, definition.engine());
        return content;
    }

    private List<GoldenRequest> golden(String name, String version) throws ModelRefusedException {
        String shown = name + "/" + version + "/" + GOLDEN;
        try {
            return GoldenJson.read(shown, bytes(List.of(name, version, GOLDEN), MAX_GOLDEN_BYTES));
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw unreadable(shown, e);
        }
    }

    /** A small text; empty where it is not there. */
    private Optional<String> text(List<String> path, ModelFault fault) throws ModelRefusedException {
        String shown = String.join("/", path);
        try {
            ByteBuffer bytes = ByteBuffer.wrap(bytes(path, MAX_DEFINITION_BYTES));
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (CharacterCodingException e) {
            throw new ModelRefusedException(fault, shown + " is not UTF-8", e);
        } catch (IOException e) {
            throw unreadable(shown, e);
        }
    }

    private static ModelRefusedException unreadable(String shown, IOException e) {
        return new ModelRefusedException(ModelFault.UNREADABLE, shown + " cannot be read: " + e, e);
    }

    static ModelRefusedException tooLarge(List<String> path, long maxBytes) {
        return new ModelRefusedException(
                ModelFault.TOO_LARGE, String.join("/", path) + " is larger than " + maxBytes + " bytes");
    }

    private static String digest(ByteBuffer content) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(content.duplicate());
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
