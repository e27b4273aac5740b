package io.millrace.inference.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The settings under {@code millrace.inference}. */
@ConfigMapping(prefix = "millrace.inference")
public interface InferenceConfig {
    Features features();

    Registry registry();

    Models models();

    Predict predict();

    Serving serving();

    Streams streams();

    Shadow shadow();

    Events events();

    Schemas schemaRegistry();

    /** The look-ups at feature-service. */
    interface Features {
        /** {@code host:port} of feature-service's gRPC. */
        @WithDefault("127.0.0.1:7201")
        String address();

        /** Bound on one look-up, waiting for complete features excluded. Positive. */
        @WithDefault("5s")
        Duration deadline();

        /** Look-ups under way at one time, at least 1; others wait, no longer than their deadline. */
        @WithDefault("64")
        int maxConcurrentCalls();

        /** Calls for one look-up, the first included; only UNAVAILABLE is tried again. 1 to 10. */
        @WithDefault("3")
        int maxAttempts();

        /** Retries that each first call earns: the load that retries may add. 0 to 0.1. */
        @WithDefault("0.1")
        double retryBudget();

        /** Rows of one call; larger look-ups are split. 1 to 10,000. */
        @WithDefault("10000")
        int maxRows();

        /** How long what a feature service stands for is known before feature-service is asked again. Positive. */
        @WithDefault("5s")
        Duration serviceRefresh();

        /** Largest answer that is read. */
        @WithDefault("64M")
        MemorySize maxAnswerSize();
    }

    /** The data contracts at registry-service. */
    interface Registry {
        /** {@code host:port} of registry-service's gRPC. */
        @WithDefault("127.0.0.1:7203")
        String address();

        /** Bound on one call. Positive. */
        @WithDefault("5s")
        Duration deadline();
    }

    /** The model repository. */
    interface Models {
        /** Folder with {@code <name>/<version>/model.yaml}; it may appear later. */
        @WithDefault("models")
        Path directory();

        /** How often the folder or bucket is looked at. At least 100 ms. */
        @WithDefault("2s")
        Duration pollInterval();

        /** Larger model files are refused. */
        @WithDefault("256M")
        MemorySize maxFileSize();

        /**
         * Public keys of Ed25519, DER in base64: a version serves only where one of them signed its {@code model.yaml}, in {@code model.yaml.sig}. Without keys no signature is
         * asked for.
         */
        Optional<List<String>> trustedKeys();

        /** Folder of the jars of an engine that is not built in: PyTorch's; without it {@code engine: pytorch} is refused. */
        Optional<Path> engines();

        /** Object storage in the place of the folder. */
        S3 s3();
    }

    /** A bucket of S3 or of anything that speaks it; it is only read. */
    interface S3 {
        /** Models are read from this bucket; from the folder where it is not set. */
        Optional<String> bucket();

        /** What all names in the bucket begin with, such as {@code prod/models/}. */
        Optional<String> prefix();

        /** {@code https://host:port} of what speaks S3; AWS's own where it is not set. */
        Optional<URI> endpoint();

        /** Region of the bucket. */
        @WithDefault("us-east-1")
        String region();

        /** Whether the bucket stands in the path instead of in the host's name; most servers that are not AWS's want it. */
        @WithDefault("false")
        boolean pathStyle();

        /** With {@code secret-key}; AWS's environment variables and system properties where it is not set. */
        Optional<String> accessKey();

        /** Belongs to {@code access-key}. */
        Optional<String> secretKey();

        /** How long a call may take; 100 ms to 1 h. */
        @WithDefault("1m")
        Duration timeout();
    }

    /** The request side: REST and gRPC predictions. */
    interface Predict {
        /** Requests under way at one time, at least 1; more are refused at once. */
        @WithDefault("512")
        int maxConcurrentRequests();

        /**
         * How far an event loop of gRPC may be behind before calls are refused; at three times of it most are. Brief models are run on the event loops. 1 ms to 1 min.
         */
        @WithDefault("20ms")
        Duration eventLoopDelay();

        /** Bound on a request that brings no deadline of its own, waiting for complete features excluded. Positive. */
        @WithDefault("5s")
        Duration deadline();

        /** Longest wait for complete features that a request may ask for. */
        @WithDefault("60s")
        Duration maxCompleteWait();

        /** Rows of one request, 1 to 10,000. */
        @WithDefault("10000")
        int maxRows();
    }

    /** How model versions are run where their {@code model.yaml} says nothing of it. */
    interface Serving {
        /** Runs of one version at one time, at least 1; where left out, as many as there are processors. */
        OptionalInt concurrency();

        /** Calls that wait for a run of one version, at least 0; more are refused at once. */
        @WithDefault("256")
        int queueSize();

        /** Longest wait of a call for its run; where left out, its deadline alone. Positive. */
        Optional<Duration> queueTimeout();

        /** Most bytes of answers that are kept of one version whose {@code model.yaml} has a cache. */
        @WithDefault("64M")
        MemorySize cacheSize();
    }

    /** The pipelines' streams. Each bound rests on the next: call deadline &lt; transaction timeout &lt; maximum poll interval. */
    interface Streams {
        /** How records are compressed on their way to Kafka, and there. */
        enum Compression {
            NONE,
            LZ4
        }

        /** This replica's number, from 0; where left out, the number at the end of the host's name (as in a StatefulSet), else 0. */
        OptionalInt ordinal();

        /** Most records of one transaction. At least 1. */
        @WithDefault("2000")
        int pollRecords();

        /**
         * A poll of more records is scored in parts of about as many, eight at most, at the same time, each with a look-up of its own and all in one transaction. 1 to 100,000.
         */
        @WithDefault("500")
        int partRecords();

        /** How long the group waits for a replica that fell silent. Within the broker's bounds. */
        @WithDefault("6s")
        Duration sessionTimeout();

        @WithDefault("45s")
        Duration transactionTimeout();

        @WithDefault("2m")
        Duration maxPollInterval();

        /** Bound on one scoring call, waiting for complete features excluded. */
        @WithDefault("10s")
        Duration callDeadline();

        /** Of predictions, alerts and dead letters: lz4 takes most of their bytes from network, broker and disk; none is for consumers that cannot read it. */
        @WithDefault("lz4")
        Compression compression();

        /** Whether output and dead-letter topics are made where they are missing. */
        @WithDefault("true")
        boolean createTopics();

        /** Longer events are dead-lettered. */
        @WithDefault("1M")
        MemorySize maxEventSize();

        /** Least wait after a failure; it doubles up to the longest. */
        @WithDefault("200ms")
        Duration minBackOff();

        @WithDefault("5s")
        Duration maxBackOff();

        /** Least time between two checks of the input's contract. */
        @WithDefault("5s")
        Duration contractInterval();

        /** Most events of one check of the contract. At least 1. */
        @WithDefault("500")
        int contractRows();
    }

    /** Shadows of deployments: calls that wait to be shown to them. */
    interface Shadow {
        /** Calls that wait at most, and parts of stream batches; more are not shown. 1 to 100,000. */
        @WithDefault("1000")
        int maxCalls();

        /** Rows that wait at most. At least 1. */
        @WithDefault("100000")
        int maxRows();
    }

    /** What the service tells of itself in millrace.inference.events.v1. */
    interface Events {
        /** Events that wait for Kafka; beyond that they are dropped and counted. 1 to 100,000. */
        @WithDefault("1024")
        int maxWaiting();
    }

    /** The schema registry that records in Avro and Protobuf name their schemas in: one with the HTTP interface of Confluent's. */
    interface Schemas {
        /** Where it is, such as {@code http://registry:8081}; where it is left out, records carry no schema id. */
        Optional<URI> url();

        /** Name for basic authentication. */
        Optional<String> username();

        /** Password for basic authentication. */
        Optional<String> password();

        /** How long one request may take; 100 ms to 1 min. */
        @WithDefault("5s")
        Duration timeout();
    }
}
