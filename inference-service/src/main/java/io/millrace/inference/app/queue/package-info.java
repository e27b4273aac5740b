/** The way of a call into a model version: kept answers, the queue, and runs that several calls share. */
@NullMarked
package io.millrace.inference.app.queue;

import org.jspecify.annotations.NullMarked;
