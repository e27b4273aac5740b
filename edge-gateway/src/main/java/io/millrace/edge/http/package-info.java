/** Requests that the gateway makes: pulls from nodes, posts to the cloud. */
@NullMarked
package io.millrace.edge.http;

import org.jspecify.annotations.NullMarked;
