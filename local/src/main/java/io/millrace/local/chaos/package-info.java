/** The chaos campaign: a platform of its own under load, faults drawn from a seed, and the audit that says whether the stream stayed exactly-once. */
@NullMarked
package io.millrace.local.chaos;

import org.jspecify.annotations.NullMarked;
