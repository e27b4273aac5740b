/** The one rule engine: rows of whatever format against a contract, in a single pass. JDK only. */
@NullMarked
package io.millrace.registry.domain.validation;

import org.jspecify.annotations.NullMarked;
