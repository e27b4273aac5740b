package io.millrace.inference.store;

import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Looks into the one kind of archive that an engine is given: TorchScript, a zip whose entries PyTorch stores without compressing them. The central directory (PKWARE APPNOTE 4.3.12) is
 * walked; whatever PyTorch would not have written is refused, so that nothing can grow when it is opened, and nothing can lie outside.
 */
final class TorchArchive {
    private static final int DIRECTORY_END = 0x06054b50;
    private static final int DIRECTORY_ENTRY = 0x02014b50;
    private static final int DIRECTORY_END_BYTES = 22;
    private static final int DIRECTORY_ENTRY_BYTES = 46;
    private static final int MAX_ENTRIES = 100_000;
    private static final int ENCRYPTED = 1;

    private TorchArchive() {}

    /**
     * @throws ModelRefusedException ARCHIVE
     */
    static void check(String path, ByteBuffer content) throws ModelRefusedException {
        ByteBuffer zip = content.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int end = directoryEnd(zip);
        if (end < 0) {
            throw refused(path, "is an archive that is no zip, or is cut off");
        }
        int entries = Short.toUnsignedInt(zip.getShort(end + 10));
        long at = Integer.toUnsignedLong(zip.getInt(end + 16));
        if (entries > MAX_ENTRIES || at > end) {
            throw refused(path, "has a directory that is not where it says");
        }
        boolean hasCode = false;
        for (int entry = 0; entry < entries; entry++) {
            if (at + DIRECTORY_ENTRY_BYTES > end || zip.getInt((int) at) != DIRECTORY_ENTRY) {
                throw refused(path, "has a directory of other than " + entries + " entries");
            }
            String name = entry(path, zip, (int) at, end);
            hasCode |= name.contains("/code/");
            at += DIRECTORY_ENTRY_BYTES
                    + name.getBytes(StandardCharsets.UTF_8).length
                    + Short.toUnsignedInt(zip.getShort((int) at + 30))
                    + Short.toUnsignedInt(zip.getShort((int) at + 32));
        }
        if (!hasCode) {
            throw refused(
                    path,
                    "holds no TorchScript: a state dictionary or a whole pickled module (torch.save) runs code when it is"
                            + " loaded; write torch.jit.trace(model, example).save('model.pt')");
        }
    }

    private static String entry(String path, ByteBuffer zip, int at, int end) throws ModelRefusedException {
        int length = Short.toUnsignedInt(zip.getShort(at + 28));
        if (at + DIRECTORY_ENTRY_BYTES + length > end) {
            throw refused(path, "has a name beyond its directory");
        }
        byte[] bytes = new byte[length];
        zip.get(at + DIRECTORY_ENTRY_BYTES, bytes);
        String name = new String(bytes, StandardCharsets.UTF_8);
        boolean climbs = name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.indexOf(':') >= 0
                || name.indexOf('\0') >= 0
                || Arrays.asList(name.split("/")).contains("..");
        if (climbs || !Arrays.equals(bytes, name.getBytes(StandardCharsets.UTF_8))) {
            throw refused(path, "has an entry that climbs out: '" + name + "'");
        }
        int flags = Short.toUnsignedInt(zip.getShort(at + 8));
        int method = Short.toUnsignedInt(zip.getShort(at + 10));
        int packed = zip.getInt(at + 20);
        int unpacked = zip.getInt(at + 24);
        int attributes = zip.getInt(at + 38) >>> 16;
        boolean link = (attributes & 0xf000) == 0xa000;
        if (method != 0 || packed != unpacked || (flags & ENCRYPTED) != 0 || link) {
            throw refused(
                    path,
                    "has an entry that is compressed, encrypted or a link, which PyTorch does not write: '" + name
                            + "'");
        }
        return name;
    }

    /** Where the end record begins; -1 where there is none in the last 64 KiB. */
    private static int directoryEnd(ByteBuffer zip) {
        int last = zip.limit() - DIRECTORY_END_BYTES;
        for (int at = last; at >= Math.max(0, last - 0xffff); at--) {
            if (zip.getInt(at) == DIRECTORY_END) {
                return at;
            }
        }
        return -1;
    }

    private static ModelRefusedException refused(String path, String why) {
        return new ModelRefusedException(ModelFault.ARCHIVE, path + " " + why);
    }
}
