package io.millrace.local.replay;

import java.util.Iterator;

/** A story to replay: events in time order, and the yes-or-no question that the pipeline answers about some of them. */
public interface Scenario {
    /** The question in words: "a flight arrives more than 15 minutes late". */
    String question();

    /** How many asks {@link #events} gives; their numbers may lie above that. */
    int asks();

    /** One more than the highest number of an ask. */
    int numbers();

    /**
     * All events, the same at each call: by time; at one instant facts before asks, so that what is known at T is sent before what asks at T; then by
     * number.
     */
    Iterator<Event> events();
}
