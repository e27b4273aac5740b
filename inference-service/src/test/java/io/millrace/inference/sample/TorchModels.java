package io.millrace.inference.sample;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** TorchScript as PyTorch writes it: a zip of stored entries with the code and its pickled attributes. */
public final class TorchModels {
    private TorchModels() {}

    /** {@code forward(x) = 2 · x + 1} of float tensors of any shape. */
    public static byte[] twiceAndOne() {
        return zip(twiceAndOneEntries(), ZipEntry.STORED);
    }

    public static Map<String, byte[]> twiceAndOneEntries() {
        var entries = new LinkedHashMap<String, byte[]>();
        // Protocol 2: an object of class __torch__.M whose attribute `training` is false.
        entries.put(
                "m/data.pkl",
                latin("\u0080\u0002c__torch__\nM\nq\0)\u0081}(X\u0008\0\0\0trainingq\u0001\u0089ubq\u0002."));
        entries.put("m/code/__torch__.py", latin("""
                class M(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                  def forward(self: __torch__.M,
                    x: Tensor) -> Tensor:
                    return torch.add(torch.mul(x, 2.), 1.)
                """));
        entries.put("m/constants.pkl", latin("\u0080\u0002)."));
        entries.put("m/version", latin("3\n"));
        return entries;
    }

    /** A zip of entries that are all stored, or all compressed. */
    public static byte[] zip(Map<String, byte[]> entries, int method) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var content : entries.entrySet()) {
                var entry = new ZipEntry(content.getKey());
                entry.setMethod(method);
                if (method == ZipEntry.STORED) {
                    var crc = new CRC32();
                    crc.update(content.getValue());
                    entry.setCrc(crc.getValue());
                    entry.setSize(content.getValue().length);
                }
                zip.putNextEntry(entry);
                zip.write(content.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
