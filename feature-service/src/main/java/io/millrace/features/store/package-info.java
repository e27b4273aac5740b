/** Where the state of feature views lives: RocksDB in the service's own folder, or Redis. Both keep the same rows; the fold is the kernel's. */
@NullMarked
package io.millrace.features.store;

import org.jspecify.annotations.NullMarked;
