package io.millrace.local.flights;

/**
 * One flight of the data file.
 *
 * @param number row number in the file, from 0; the flight's id, because (date, origin, destination) is not unique
 * @param distance in miles
 * @param departureMicros the file's date taken as UTC, microseconds since the epoch
 * @param delay of the arrival in minutes; negative where it was early
 */
public record Flight(int number, String origin, String destination, int distance, long departureMicros, int delay) {
    /** A flight counts as late above this delay, in minutes. */
    public static final int LATE_ABOVE = 15;

    private static final long MICROS_PER_SECOND = 1_000_000;

    /** The label: more than 15 minutes late. */
    public boolean late() {
        return delay > LATE_ABOVE;
    }

    /**
     * When it arrived: {@code departure + max(20, 30 + distance / 7.5 + delay)} minutes. Nothing is rounded: a mile at 7.5 miles a minute takes 8 s, so that
     * the instant is a whole second.
     */
    public long arrivalMicros() {
        long seconds = Math.max(20 * 60L, 30 * 60L + 8L * distance + 60L * delay);
        return departureMicros + seconds * MICROS_PER_SECOND;
    }
}
