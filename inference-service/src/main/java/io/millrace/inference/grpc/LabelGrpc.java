package io.millrace.inference.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.label.Labels;
import io.millrace.inference.app.label.Quality;
import io.millrace.inference.app.label.Quality.Measures;
import io.millrace.models.kernel.measure.CalibrationPoint;
import io.millrace.models.kernel.measure.ClassificationMeasures;
import io.millrace.models.kernel.measure.LabelCoverage;
import io.millrace.models.kernel.measure.RegressionMeasures;
import io.millrace.proto.inference.v1.CalibrationBin;
import io.millrace.proto.inference.v1.ClassificationQuality;
import io.millrace.proto.inference.v1.GetQualityRequest;
import io.millrace.proto.inference.v1.GetQualityResponse;
import io.millrace.proto.inference.v1.LabelsSummary;
import io.millrace.proto.inference.v1.ListLabelsRequest;
import io.millrace.proto.inference.v1.ListLabelsResponse;
import io.millrace.proto.inference.v1.MutinyLabelServiceGrpc;
import io.millrace.proto.inference.v1.RegressionQuality;
import io.millrace.proto.inference.v1.RemoveLabelsRequest;
import io.millrace.proto.inference.v1.RemoveLabelsResponse;
import io.millrace.proto.inference.v1.VersionQuality;
import io.millrace.proto.inference.v1.WindowQuality;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;

/** {@code millrace.inference.v1.LabelService}. */
@GrpcService
public class LabelGrpc extends MutinyLabelServiceGrpc.LabelServiceImplBase {
    private final GrpcWork work;
    private final Labels labels;

    public LabelGrpc(GrpcWork work, Labels labels) {
        this.work = work;
        this.labels = labels;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<ListLabelsResponse> listLabels(ListLabelsRequest request) {
        return work.run(() -> {
            var response = ListLabelsResponse.newBuilder();
            labels.list().forEach(each -> response.addLabels(summary(each)));
            return response.build();
        });
    }

    @Override
    public Uni<GetQualityResponse> getQuality(GetQualityRequest request) {
        return work.run(() -> {
            Quality quality = labels.quality(request.getLabels());
            var response = GetQualityResponse.newBuilder()
                    .setAsOfMicros(quality.asOfMicros())
                    .setOffset(quality.offset());
            quality.versions().forEach(version -> response.addVersions(version(version)));
            return response.build();
        });
    }

    @Override
    public Uni<RemoveLabelsResponse> removeLabels(RemoveLabelsRequest request) {
        return work.run(() -> {
            labels.remove(request.getName());
            return RemoveLabelsResponse.getDefaultInstance();
        });
    }

    private static LabelsSummary summary(Labels.Summary summary) {
        return LabelsSummary.newBuilder()
                .setName(summary.labels().name())
                .setPipeline(summary.labels().pipeline())
                .setTopic(summary.labels().input().topic())
                .setOwned(summary.status().owned())
                .setReason(summary.status().reason())
                .setLag(summary.status().lag())
                .addAllFolds(summary.folds())
                .setDefinitionYaml(summary.labels().yaml())
                .build();
    }

    private static VersionQuality version(Quality.Version version) {
        var message = VersionQuality.newBuilder()
                .setModelName(version.model())
                .setModelVersion(version.version())
                .setShadow(version.shadow());
        version.windows().forEach(window -> message.addWindows(window(window)));
        return message.build();
    }

    private static WindowQuality window(Quality.Window window) {
        LabelCoverage coverage = window.measures().coverage();
        var message = WindowQuality.newBuilder()
                .setWindow(window.name())
                .setPredictions(coverage.predictions())
                .setLabels(coverage.labels())
                .setMedianAgeMicros(coverage.medianAgeMicros())
                .setP95AgeMicros(coverage.p95AgeMicros())
                .setLongestAgeMicros(coverage.longestAgeMicros());
        switch (window.measures()) {
            case Measures.OfClasses(double threshold, ClassificationMeasures all) ->
                message.setClassification(classification(threshold, all));
            case Measures.OfNumbers(double quantile, RegressionMeasures all) ->
                message.setRegression(regression(quantile, all));
        }
        return message.build();
    }

    private static ClassificationQuality classification(double threshold, ClassificationMeasures all) {
        var message = ClassificationQuality.newBuilder()
                .setRows(all.rows())
                .setPositives(all.positives())
                .setInvalid(all.invalid())
                .setLogLoss(all.logLoss().value())
                .setLogLossError(all.logLoss().standardError())
                .setBrier(all.brier().value())
                .setBrierError(all.brier().standardError())
                .setAuc(all.auc().value())
                .setAucError(all.auc().standardError())
                .setThreshold(threshold)
                .setPrecision(all.confusion().precision())
                .setRecall(all.confusion().recall())
                .setTruePositives(all.confusion().truePositives())
                .setFalsePositives(all.confusion().falsePositives())
                .setFalseNegatives(all.confusion().falseNegatives())
                .setTrueNegatives(all.confusion().trueNegatives())
                .setCalibrationError(all.calibrationError());
        for (CalibrationPoint point : all.calibration()) {
            message.addCalibration(CalibrationBin.newBuilder()
                    .setFrom(point.from())
                    .setTo(point.to())
                    .setRows(point.rows())
                    .setMeanScore(point.meanScore())
                    .setPositiveShare(point.positiveShare()));
        }
        return message.build();
    }

    private static RegressionQuality regression(double quantile, RegressionMeasures all) {
        return RegressionQuality.newBuilder()
                .setRows(all.rows())
                .setInvalid(all.invalid())
                .setMae(all.meanAbsoluteError().value())
                .setMaeError(all.meanAbsoluteError().standardError())
                .setRmse(all.rootMeanSquaredError())
                .setBias(all.bias().value())
                .setQuantile(quantile)
                .setPinball(all.pinball().value())
                .build();
    }
}
