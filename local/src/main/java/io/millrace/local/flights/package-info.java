/** The flights example: real US flights of 2001, and how they become departures and arrivals. */
@NullMarked
package io.millrace.local.flights;

import org.jspecify.annotations.NullMarked;
