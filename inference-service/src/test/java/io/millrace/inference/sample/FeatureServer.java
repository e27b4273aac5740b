package io.millrace.inference.sample;

import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.millrace.proto.features.v1.DefinitionServiceGrpc.DefinitionServiceImplBase;
import io.millrace.proto.features.v1.FeatureServiceFeatures;
import io.millrace.proto.features.v1.FeatureServiceGrpc.FeatureServiceImplBase;
import io.millrace.proto.features.v1.GetFeatureServiceRequest;
import io.millrace.proto.features.v1.GetFeatureServiceResponse;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A feature-service on a port of its own that answers as a test says. */
public final class FeatureServer implements AutoCloseable {
    private static final Metadata.Key<String> TRACE = Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

    private final List<GetOnlineFeaturesRequest> requests = new CopyOnWriteArrayList<>();
    private final List<Long> millisLeft = new CopyOnWriteArrayList<>();
    private final List<String> traces = new CopyOnWriteArrayList<>();
    private final Map<String, FeatureServiceFeatures> services = new ConcurrentHashMap<>();
    private final TrainingSetServer sets = new TrainingSetServer(request -> this.answer.apply(request));
    private final Server server;
    private volatile Function<GetOnlineFeaturesRequest, GetOnlineFeaturesResponse> answer;

    /** On a free port. */
    public FeatureServer(Function<GetOnlineFeaturesRequest, GetOnlineFeaturesResponse> answer) {
        this(0, answer);
    }

    public FeatureServer(int port, Function<GetOnlineFeaturesRequest, GetOnlineFeaturesResponse> answer) {
        this.answer = answer;
        try {
            server = Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
                    .addService(new FeatureServiceImplBase() {
                        @Override
                        public void getOnlineFeatures(
                                GetOnlineFeaturesRequest request, StreamObserver<GetOnlineFeaturesResponse> response) {
                            handle(request, response);
                        }
                    })
                    .addService(new DefinitionServiceImplBase() {
                        @Override
                        public void getFeatureService(
                                GetFeatureServiceRequest request, StreamObserver<GetFeatureServiceResponse> response) {
                            describe(request.getName(), response);
                        }
                    })
                    .addService(sets.sets())
                    .addService(sets.jobs())
                    .intercept(new ServerInterceptor() {
                        @Override
                        public <Q, A> ServerCall.Listener<Q> interceptCall(
                                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                            traces.add(String.valueOf(headers.get(TRACE)));
                            return next.startCall(call, headers);
                        }
                    })
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String address() {
        return "127.0.0.1:" + server.getPort();
    }

    public void answer(Function<GetOnlineFeaturesRequest, GetOnlineFeaturesResponse> next) {
        answer = next;
    }

    /** Every request that came, those that failed too. */
    public List<GetOnlineFeaturesRequest> requests() {
        return requests;
    }

    /** What each request had left of its deadline. */
    public List<Long> millisLeft() {
        return millisLeft;
    }

    /** The {@code traceparent} of each request. */
    public List<String> traces() {
        return traces;
    }

    /** Whether jobs of training sets go on running, however long they are asked for. */
    public void holdJobs(boolean isHeld) {
        sets.hold(isHeld);
    }

    /** Jobs that were asked to end. */
    public int cancelledJobs() {
        return sets.cancelled();
    }

    /** From now on there is this feature service. */
    public void serve(String name, FeatureServiceFeatures service) {
        services.put(name, service);
    }

    private void describe(String name, StreamObserver<GetFeatureServiceResponse> response) {
        FeatureServiceFeatures service = services.get(name);
        if (service == null) {
            response.onError(Status.NOT_FOUND
                    .withDescription("Feature service " + name + " does not exist")
                    .asRuntimeException());
        } else {
            response.onNext(GetFeatureServiceResponse.newBuilder()
                    .setFeatureService(service)
                    .build());
            response.onCompleted();
        }
    }

    private void handle(GetOnlineFeaturesRequest request, StreamObserver<GetOnlineFeaturesResponse> response) {
        requests.add(request);
        var deadline = Context.current().getDeadline();
        millisLeft.add(deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.MILLISECONDS));
        try {
            response.onNext(answer.apply(request));
            response.onCompleted();
        } catch (RuntimeException e) {
            response.onError(
                    Status.fromThrowable(e).getCode() == Status.Code.UNKNOWN
                            ? Status.INTERNAL.withCause(e).asRuntimeException()
                            : e);
        }
    }

    /** Its port is free again when this returns. */
    @Override
    public void close() {
        try {
            if (!server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("port " + server.getPort() + " is still listened on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
