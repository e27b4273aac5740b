/** The floor of the benchmarks: a server like feature-service's that decodes the same requests and answers prebuilt responses. */
@NullMarked
package io.millrace.benchmarks.echo;

import org.jspecify.annotations.NullMarked;
