package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.kernel.ViewId;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The manifests of all view versions: read, and changed by compare-and-set, so that several writers lose nothing of each other. Thread-safe. */
final class Manifests {
    private static final String NAME = "manifest.json";
    private static final int ATTEMPTS = 100;

    private final OfflineFolder folder;

    Manifests(OfflineFolder folder) {
        this.folder = folder;
    }

    /** Folder of a view version, with the slash behind it. */
    static String folder(ViewId view) {
        return view.name() + "/" + view.version() + "/";
    }

    /** What is there, or an empty one. */
    Manifest read(ViewId view) {
        return find(view).orElseGet(() -> Manifest.empty(view));
    }

    Optional<Manifest> find(ViewId view) {
        try {
            Optional<OfflineFolder.Content> content = folder.read(name(view));
            return content.isPresent() ? Optional.of(parsed(content.get())) : Optional.empty();
        } catch (IOException e) {
            throw failed(view, e);
        }
    }

    /**
     * Puts another manifest into the place of the one that is there.
     *
     * @param change is called again with what is there then, where somebody else was faster; null to leave it as it is
     * @return the manifest that is there now
     */
    Manifest change(ViewId view, Function<Manifest, @Nullable Manifest> change) {
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Optional<OfflineFolder.Content> before = folder.read(name(view));
                Manifest now = before.isPresent() ? parsed(before.get()) : Manifest.empty(view);
                Manifest next = change.apply(now);
                if (next == null) {
                    return now;
                }
                String tag = before.map(OfflineFolder.Content::tag).orElse(null);
                if (folder.replace(name(view), ManifestJson.write(next), tag)) {
                    return next;
                }
            }
        } catch (IOException e) {
            throw failed(view, e);
        }
        throw new OfflineStoreException(view + ": others change the manifest all the time", null);
    }

    void delete(ViewId view) {
        try {
            folder.delete(java.util.List.of(name(view)));
        } catch (IOException e) {
            throw failed(view, e);
        }
    }

    static boolean isManifest(String name) {
        return name.endsWith("/" + NAME) || name.endsWith("/" + NAME + ".new");
    }

    private static String name(ViewId view) {
        return folder(view) + NAME;
    }

    private static Manifest parsed(OfflineFolder.Content content) throws IOException {
        return ManifestJson.read(content.bytes());
    }

    private static OfflineStoreException failed(ViewId view, IOException e) {
        return new OfflineStoreException(
                "the manifest of " + view + " cannot be read or written: " + e.getMessage(), e);
    }
}
