package io.millrace.jobs;

import io.millrace.gate.Reason;

/**
 * What the service whose jobs these are calls its refusals.
 *
 * @param tooMany more jobs wait than may
 * @param unknown there is no job of that id
 * @param badPage no page of the list begins there
 */
public record JobReasons(Reason tooMany, Reason unknown, Reason badPage) {}
