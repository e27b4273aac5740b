package io.millrace.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

@AnalyzeClasses(packages = "io.millrace.registry", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "io.millrace.registry.";

    @ArchTest
    static final ArchRule theDomainSeesTheJdkOnly = classes()
            .that()
            .resideInAPackage(ROOT + "domain..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(ROOT + "domain..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule useCasesSeeNoAdapter = noClasses()
            .that()
            .resideInAPackage(ROOT + "app..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    ROOT + "rest..",
                    ROOT + "grpc..",
                    ROOT + "store..",
                    ROOT + "engine..",
                    ROOT + "config..",
                    ROOT + "telemetry..",
                    "jakarta.ws..",
                    "jakarta.persistence..",
                    "org.duckdb..",
                    "io.grpc..",
                    "io.millrace.proto..");

    @ArchTest
    static final ArchRule restSeesNoOtherAdapter = adapter("rest", "grpc", "store", "engine", "telemetry");

    @ArchTest
    static final ArchRule grpcSeesNoOtherAdapter = adapter("grpc", "rest", "store", "engine", "telemetry");

    @ArchTest
    static final ArchRule theStoreSeesNoOtherAdapter = adapter("store", "rest", "grpc", "engine", "telemetry");

    @ArchTest
    static final ArchRule theEngineSeesNoOtherAdapter = adapter("engine", "rest", "grpc", "store", "telemetry");

    @ArchTest
    static final ArchRule telemetrySeesNoOtherAdapter = adapter("telemetry", "rest", "grpc", "store", "engine");

    @ArchTest
    static final ArchRule generatedTypesAreInGrpcOnly = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "grpc..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.millrace.proto..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule entitiesStayInTheStore = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.quarkus.hibernate..", "jakarta.persistence..", "org.hibernate..");

    @ArchTest
    static final ArchRule duckDbIsInTheEngineOnly = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "engine..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.duckdb..");

    private static ArchRule adapter(String room, String... others) {
        String[] packages =
                Arrays.stream(others).map(other -> ROOT + other + "..").toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(ROOT + room + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages);
    }
}
