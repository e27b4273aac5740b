/** What reads give: values of many rows side by side, without an object for each of them. */
@NullMarked
package io.millrace.features.kernel.table;

import org.jspecify.annotations.NullMarked;
