/** The standing check that what was served online is what the offline store says. */
@NullMarked
package io.millrace.features.app.parity;

import org.jspecify.annotations.NullMarked;
