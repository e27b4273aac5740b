/** What is made of predictions once their labels are there. */
@NullMarked
package io.millrace.inference.app.label;

import org.jspecify.annotations.NullMarked;
