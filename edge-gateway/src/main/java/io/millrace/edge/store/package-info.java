/** What the gateway keeps on its disk: the spool, the registered nodes, checkpoints. */
@NullMarked
package io.millrace.edge.store;

import org.jspecify.annotations.NullMarked;
