/** What a feature is: values, entities, views, events, windows, tiles and the states that are folded. No transport and no storage. */
@NullMarked
package io.millrace.features.kernel;

import org.jspecify.annotations.NullMarked;
