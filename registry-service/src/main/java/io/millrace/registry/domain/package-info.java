/** What a data product, its contract and the contract's revisions are. JDK only. */
@NullMarked
package io.millrace.registry.domain;

import org.jspecify.annotations.NullMarked;
