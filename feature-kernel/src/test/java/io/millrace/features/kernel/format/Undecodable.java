package io.millrace.features.kernel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.kernel.format.UndecodableRecordException.Fault;

/** What a decoder says of a record that it cannot decode. */
final class Undecodable {
    private Undecodable() {}

    static void assertFault(Fault fault, RecordDecoder decoder, byte... record) {
        assertThatThrownBy(() -> decoder.decode(record))
                .isInstanceOfSatisfying(UndecodableRecordException.class, e -> assertThat(e.fault())
                        .isEqualTo(fault));
    }
}
