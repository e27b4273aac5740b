package io.millrace.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP/1.1 resource that bodies are posted to, over sockets that are kept: requests are written as bytes that are there already, and of an answer its status and length alone are looked at. For loads of
 * which most is refused: the JDK's client takes the processors as long for a refusal as the server does.
 */
public final class SocketTarget implements Target, AutoCloseable {
    private static final int LONGEST_LINE = 4_096;

    private final String host;
    private final int port;
    private final int timeoutMillis;
    private final List<byte[]> requests;
    private final AtomicInteger next = new AtomicInteger();
    private final ConcurrentLinkedDeque<Connection> free = new ConcurrentLinkedDeque<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    private record Connection(Socket socket, InputStream in) {}

    /** A call that was answered, but not as it should be. Without a trace: of an overload thousands come in a second. */
    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message, null, false, false);
        }
    }

    public SocketTarget(URI uri, List<byte[]> bodies, Duration timeout, Map<String, String> headers) {
        this.host = uri.getHost();
        this.port = uri.getPort();
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
        var more = new StringBuilder();
        headers.forEach(
                (name, value) -> more.append(name).append(": ").append(value).append("\r\n"));
        this.requests = bodies.stream()
                .map(body -> request(uri.getRawPath(), more, body))
                .toList();
    }

    private static byte[] request(String path, CharSequence headers, byte[] body) {
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "Content-Length: " + body.length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[head.length + body.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(body, 0, whole, head.length, body.length);
        return whole;
    }

    @Override
    public void call(Done done) {
        byte[] request = requests.get((next.getAndIncrement() & Integer.MAX_VALUE) % requests.size());
        callers.execute(() -> {
            Throwable failure = null;
            try {
                int status = exchange(request);
                failure = status == 200 ? null : new RefusedException("HTTP " + status);
            } catch (IOException e) {
                failure = e;
            }
            done.ended(failure);
        });
    }

    private int exchange(byte[] request) throws IOException {
        Connection kept = free.pollFirst();
        Connection connection = kept == null ? open() : kept;
        boolean whole = false;
        try {
            connection.socket().getOutputStream().write(request);
            int status = answer(connection.in());
            whole = true;
            free.addFirst(connection);
            return status;
        } finally {
            if (!whole) {
                connection.socket().close();
            }
        }
    }

    private Connection open() throws IOException {
        var socket = new Socket(host, port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(timeoutMillis);
        return new Connection(socket, new BufferedInputStream(socket.getInputStream()));
    }

    /** Reads an answer to its end, and gives its status. */
    private static int answer(InputStream in) throws IOException {
        String first = line(in);
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring("content-length:".length()).strip());
            }
        }
        in.skipNBytes(length);
        return Integer.parseInt(first.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder(64);
        for (int character = in.read(); character != '\n'; character = in.read()) {
            if (character < 0 || line.length() > LONGEST_LINE) {
                throw new IOException("no answer");
            }
            if (character != '\r') {
                line.append((char) character);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        callers.shutdownNow();
        for (Connection connection : free) {
            try {
                connection.socket().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
