/** Pipelines, models, rows and predictions as plain records, and the rules between them. Sees the JDK alone. */
@NullMarked
package io.millrace.inference.domain;

import org.jspecify.annotations.NullMarked;
