/** What can be set from outside. */
@NullMarked
package io.millrace.features.config;

import org.jspecify.annotations.NullMarked;
