/** The shop example: invented users whose clicks say something about whether they will buy. */
@NullMarked
package io.millrace.local.shop;

import org.jspecify.annotations.NullMarked;
