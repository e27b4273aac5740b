/** Revisions in Postgres: Panache entities, migrations, and which of its failures mean that it is away. */
@NullMarked
package io.millrace.registry.store;

import org.jspecify.annotations.NullMarked;
