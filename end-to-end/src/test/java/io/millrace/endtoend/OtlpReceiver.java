package io.millrace.endtoend;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/** Takes the spans that services send over OTLP. */
final class OtlpReceiver implements AutoCloseable {
    /**
     * One span.
     *
     * @param service name of the service that made it
     * @param kind SERVER, CLIENT, PRODUCER, CONSUMER or INTERNAL
     * @param traceId lower-case hex, as all ids here
     * @param parentId empty for the first span of a trace
     * @param links trace ids that it links to
     */
    record Span(
            String service,
            String name,
            String kind,
            String traceId,
            String spanId,
            String parentId,
            List<String> links) {}

    private final Queue<Span> spans = new ConcurrentLinkedQueue<>();
    private final Server server;

    private OtlpReceiver() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Traces())
                .build()
                .start();
    }

    static OtlpReceiver start() throws IOException {
        return new OtlpReceiver();
    }

    /** For {@code quarkus.otel.exporter.otlp.endpoint}. */
    String endpoint() {
        return "http://127.0.0.1:" + server.getPort();
    }

    /** What has arrived of one trace, in order of arrival. */
    List<Span> spans(String traceId) {
        return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
    }

    /** Spans that belong to a trace or link to it. */
    List<Span> touching(String traceId) {
        return spans.stream()
                .filter(span -> span.traceId().equals(traceId) || span.links().contains(traceId))
                .toList();
    }

    /** Everything that has arrived, for messages. */
    String summary() {
        return spans.stream().map(Span::toString).collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Traces extends TraceServiceGrpc.TraceServiceImplBase {
        @Override
        public void export(
                ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> responseObserver) {
            request.getResourceSpansList().forEach(this::take);
            responseObserver.onNext(ExportTraceServiceResponse.getDefaultInstance());
            responseObserver.onCompleted();
        }

        private void take(ResourceSpans resource) {
            String service = resource.getResource().getAttributesList().stream()
                    .filter(attribute -> attribute.getKey().equals("service.name"))
                    .map(attribute -> attribute.getValue().getStringValue())
                    .findFirst()
                    .orElse("");
            var hex = HexFormat.of();
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (var span : scope.getSpansList()) {
                    spans.add(new Span(
                            service,
                            span.getName(),
                            span.getKind().name().replace("SPAN_KIND_", ""),
                            hex.formatHex(span.getTraceId().toByteArray()),
                            hex.formatHex(span.getSpanId().toByteArray()),
                            hex.formatHex(span.getParentSpanId().toByteArray()),
                            span.getLinksList().stream()
                                    .map(link -> hex.formatHex(link.getTraceId().toByteArray()))
                                    .toList()));
                }
            }
        }
    }
}
