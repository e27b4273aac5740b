package io.millrace.inference.app.experiment;

import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.app.deploy.Deployments;
import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.app.label.OutcomeFolds;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.label.LabelStream;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** The experiments and bandits that are told a label stream's outcomes. */
@ApplicationScoped
public class ExperimentFolds implements OutcomeFolds {
    private final Deployments deployments;
    private final Experiments experiments;
    private final Bandits bandits;

    public ExperimentFolds(Deployments deployments, Experiments experiments, Bandits bandits) {
        this.bandits = bandits;
        this.deployments = deployments;
        this.experiments = experiments;
    }

    @Override
    public List<OutcomeFold> of(LabelStream labels, Definitions all) {
        List<OutcomeFold> folds = new ArrayList<>();
        for (Deployment deployment : all.all(Deployment.class).values()) {
            if (deployment
                    .experiment()
                    .filter(experiment -> experiment.labels().equals(labels.name()))
                    .isPresent()) {
                long revision = deployments.revision(deployment.name());
                folds.add(new ExperimentFold(deployment, revision, labels.task(), experiments));
            }
            if (deployment
                    .bandit()
                    .filter(bandit -> bandit.labels().equals(labels.name()))
                    .isPresent()) {
                String fingerprint = BanditFold.fingerprint(deployment);
                long since = deployments.since(
                        deployment.name(),
                        before -> before.bandit().isPresent()
                                && BanditFold.fingerprint(before).equals(fingerprint));
                folds.add(new BanditFold(deployment, since, labels.task(), bandits::tell));
            }
        }
        return folds;
    }
}
