package io.millrace.local.replay;

/** Where events go. */
public interface EventSink {
    /** Hands an event over; events of one topic and key keep their order. */
    void send(Event event);

    /**
     * Returns once everything handed over has been acknowledged.
     *
     * @throws io.millrace.local.platform.CommandFailure where something was not
     */
    void flush();
}
