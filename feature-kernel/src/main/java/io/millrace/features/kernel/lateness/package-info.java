/** When an event is late: judged inside one partition by the events before it, so that the verdict is the same whenever and wherever it is given. */
@NullMarked
package io.millrace.features.kernel.lateness;

import org.jspecify.annotations.NullMarked;
