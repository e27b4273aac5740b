/** Rules of serving features that need no framework: references, versions, join keys and what makes two definitions differ. */
@NullMarked
package io.millrace.features.domain;

import org.jspecify.annotations.NullMarked;
