/** Nodes, summaries, sequences, the loss ledger and the aggregate: records and rules that need the JDK alone. */
@NullMarked
package io.millrace.edge.domain;

import org.jspecify.annotations.NullMarked;
