/** Reads what a model computes out of its file: linear forms and sums of trees, held against the engine before they are believed. */
@NullMarked
package io.millrace.inference.engine.form;

import org.jspecify.annotations.NullMarked;
