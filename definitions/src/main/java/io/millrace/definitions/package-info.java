/** Definition files: YAML read with the place of every value, all faults of all files at once, and bounds against hostile input. */
@NullMarked
package io.millrace.definitions;

import org.jspecify.annotations.NullMarked;
