package io.millrace.inference.store;

import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelDefinition.Engine;
import io.millrace.inference.domain.ModelFault;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** What a file is by its first bytes, as far as it matters before anything parses it. */
enum FileKind {
    PICKLE,
    ARCHIVE,
    OTHER;

    private static final int TAR_MAGIC_AT = 257;

    /** How protocols 0 and 1 begin: GLOBAL with a module, or MARK and a container; and joblib's zipped arrays. */
    private static final List<String> PICKLE_TEXTS = List.of(
            "c__",
            "ccopy",
            "cnumpy",
            "cjoblib",
            "csklearn",
            "cposix",
            "cos\n",
            "cnt\n",
            "csubprocess",
            "(ic",
            "(i__",
            "(dp",
            "(lp",
            "(S'",
            "ZF");

    /** Turns a scikit-learn model into ONNX with one input; run with skl2onnx 1.20 and scikit-learn 1.9. */
    static final String CONVERSION = "python -c \"import joblib, skl2onnx; m = joblib.load('%s');"
            + " t = skl2onnx.common.data_types.FloatTensorType([None, m.n_features_in_]);"
            + " open('model.onnx', 'wb').write(skl2onnx.to_onnx(m, initial_types=[('input', t)],"
            + " options={'zipmap': False} if hasattr(m, 'predict_proba') else None).SerializeToString())\"";

    /**
     * Refuses a file by its first bytes, whatever it is called.
     *
     * @param path as {@code model/version/file}
     * @throws ModelRefusedException PICKLE with the command that converts it, ARCHIVE
     */
    static void refuse(String path, ByteBuffer content, Engine engine) throws ModelRefusedException {
        switch (of(content)) {
            case PICKLE ->
                throw new ModelRefusedException(
                        ModelFault.PICKLE,
                        path
                                + " is a Python pickle or joblib dump, and loading one runs the code in it. Where you trust it,"
                                + " convert it to ONNX on a machine of your own (pip install skl2onnx joblib): "
                                + CONVERSION.formatted(path.substring(path.lastIndexOf('/') + 1)));
            case ARCHIVE -> {
                if (engine == Engine.PYTORCH) {
                    TorchArchive.check(path, content);
                } else {
                    throw new ModelRefusedException(ModelFault.ARCHIVE, path + " is an archive or compressed");
                }
            }
            case OTHER -> {}
        }
    }

    /** Looks at the first 512 bytes. */
    static FileKind of(ByteBuffer content) {
        if (isPickle(content)) {
            return PICKLE;
        }
        return isArchive(content) ? ARCHIVE : OTHER;
    }

    /** Protocols 2 and later begin with PROTO and their number. */
    private static boolean isPickle(ByteBuffer content) {
        if (content.remaining() < 2) {
            return false;
        }
        int first = content.get(0) & 0xff;
        int second = content.get(1) & 0xff;
        if (first == 0x80 && second >= 2 && second <= 10) {
            return true;
        }
        return PICKLE_TEXTS.stream().anyMatch(text -> starts(content, text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static boolean isArchive(ByteBuffer content) {
        return starts(content, "504b0304") // zip, and what is a zip inside: jar, npz, PyTorch
                || starts(content, "504b0506")
                || starts(content, "1f8b") // gzip
                || starts(content, "425a68") // bzip2
                || starts(content, "fd377a585a00") // xz
                || starts(content, "377abcaf271c") // 7z
                || starts(content, "28b52ffd") // zstd
                || starts(content, "04224d18") // lz4
                || starts(content, "526172211a07") // rar
                || starts(content, "7801") // zlib, as joblib compresses
                || starts(content, "785e")
                || starts(content, "789c")
                || starts(content, "78da")
                || isTar(content);
    }

    private static boolean isTar(ByteBuffer content) {
        byte[] magic = "ustar".getBytes(StandardCharsets.US_ASCII);
        return content.remaining() >= TAR_MAGIC_AT + magic.length
                && content.slice(TAR_MAGIC_AT, magic.length).equals(ByteBuffer.wrap(magic));
    }

    private static boolean starts(ByteBuffer content, String hex) {
        return starts(content, HexFormat.of().parseHex(hex));
    }

    private static boolean starts(ByteBuffer content, byte[] magic) {
        return content.remaining() >= magic.length
                && content.slice(0, magic.length).equals(ByteBuffer.wrap(magic));
    }
}
