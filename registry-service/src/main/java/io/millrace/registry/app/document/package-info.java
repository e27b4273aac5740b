/** Contract documents: YAML or JSON, ODCS or the plain form, checked with every fault and read into the domain. */
@NullMarked
package io.millrace.registry.app.document;

import org.jspecify.annotations.NullMarked;
