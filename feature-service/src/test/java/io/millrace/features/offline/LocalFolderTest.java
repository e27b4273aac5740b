package io.millrace.features.offline;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class LocalFolderTest extends OfflineFolderContract {
    @Override
    OfflineFolder open() {
        return new LocalFolder(temporary.resolve("offline"));
    }

    @Test
    void aNameThatClimbsOutIsRefused() {
        assertThatThrownBy(() -> open().read("../elsewhere")).isInstanceOf(IOException.class);
    }
}
