package io.millrace.backing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Loopback ports. */
public final class Ports {
    private static final int LOWEST = 10_000;
    private static final int EPHEMERAL = 32_768;
    private static final int ATTEMPTS = 1_000;

    private Ports() {}

    /**
     * A port that nothing listened on a moment ago. Another process may take it before the caller does; no outgoing connection does, because these have ports from {@value #EPHEMERAL} on
     * (Linux' default of {@code ip_local_port_range}).
     */
    public static int free() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, EPHEMERAL);
            if (isFree(port)) {
                return port;
            }
        }
        throw new BackingException("no free loopback port from " + LOWEST + " to " + (EPHEMERAL - 1));
    }

    /** Whether this loopback port can be listened on now. */
    public static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
