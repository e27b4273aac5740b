package io.millrace.features;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
        packages = "io.millrace.features",
        importOptions = {ImportOption.DoNotIncludeTests.class, ImportOption.DoNotIncludeJars.class})
class ArchitectureTest {
    private static final String[] ADAPTERS = {
        "io.millrace.features.rest..",
        "io.millrace.features.grpc..",
        "io.millrace.features.kafka..",
        "io.millrace.features.store..",
        "io.millrace.features.offline..",
        "io.millrace.features.vectors..",
        "io.millrace.features.schemas.."
    };

    @ArchTest
    static final ArchRule theDomainSeesTheJdkAndTheKernelOnly = classes()
            .that()
            .resideInAPackage("io.millrace.features.domain..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "java..", "org.jspecify..", "io.millrace.features.domain..", "io.millrace.features.kernel.."));

    @ArchTest
    static final ArchRule useCasesSeeNoAdapter = noClasses()
            .that()
            .resideInAPackage("io.millrace.features.app..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(ADAPTERS)
                    .or(resideInAnyPackage(
                            "io.millrace.features.config..",
                            "io.millrace.features.telemetry..",
                            "io.quarkus..",
                            "io.smallrye..",
                            "org.apache.kafka..",
                            "io.grpc..",
                            "jakarta.ws.rs..")));

    @ArchTest
    static final ArchRule adaptersNeverSeeEachOther = slices().matching(
                    "io.millrace.features.(rest|grpc|kafka|store|offline|vectors|schemas)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule generatedTypesStayInTheirRoom = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.millrace.features.grpc..", "io.millrace.features.kafka..", "io.millrace.features.kernel..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.millrace.proto..", "com.google.protobuf.."));

    @ArchTest
    static final ArchRule kafkaStaysInItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage("io.millrace.features.kafka..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.apache.kafka.."));

    @ArchTest
    static final ArchRule storesStayInTheirRoom = noClasses()
            .that()
            .resideOutsideOfPackage("io.millrace.features.store..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.rocksdb..", "io.quarkus.redis..", "io.vertx.redis.."));

    @ArchTest
    static final ArchRule filesStayInTheirRoom = noClasses()
            .that()
            .resideOutsideOfPackage("io.millrace.features.offline..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.duckdb..", "software.amazon.."));

    @ArchTest
    static final ArchRule theClockIsInjected = noClasses()
            .that()
            .resideInAPackage("io.millrace.features..")
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "the clock is read directly",
                    call -> (call.getTargetOwner().getName().equals("java.time.Instant")
                                    && call.getName().equals("now"))
                            || (call.getTargetOwner().getName().equals("java.lang.System")
                                    && call.getName().equals("currentTimeMillis"))));
}
