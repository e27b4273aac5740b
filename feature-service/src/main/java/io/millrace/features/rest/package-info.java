/** The service over HTTP: Feast's online read and the service's own resources. */
@NullMarked
package io.millrace.features.rest;

import org.jspecify.annotations.NullMarked;
