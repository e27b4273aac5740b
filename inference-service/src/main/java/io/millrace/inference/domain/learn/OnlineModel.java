package io.millrace.inference.domain.learn;

import io.millrace.inference.domain.Definition;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.models.kernel.learn.FeatureSpace;
import io.millrace.models.kernel.learn.FeatureSpace.Category;
import io.millrace.models.kernel.learn.FeatureSpace.Interaction;
import io.millrace.models.kernel.learn.GuardSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A model that learns from the outcomes of a label stream; its snapshots are versions of the model of its name.
 *
 * @param labels the label stream
 * @param columns what it learns from, at least one
 * @param interactions of columns, by their names
 * @param seed of what its algorithm draws
 * @param guard what bounds the effect of bad labels
 * @param yaml the definition as its author wrote it
 */
public record OnlineModel(
        String name,
        String labels,
        Algorithm algorithm,
        List<Column> columns,
        List<Interaction> interactions,
        long seed,
        Snapshots snapshots,
        GuardSettings guard,
        String yaml)
        implements Definition {
    public OnlineModel {
        columns = List.copyOf(columns);
        interactions = List.copyOf(interactions);
    }

    /**
     * A column.
     *
     * @param from where its value comes from
     * @param bits of the hash of a text; empty where it is a number
     */
    public record Column(ModelDefinition.Column from, OptionalInt bits) {
        /** The feature's reference, or the request field. */
        public String name() {
            return switch (from) {
                case ModelDefinition.Column.Feature feature -> feature.reference();
                case ModelDefinition.Column.Request(String field) -> field;
            };
        }

        public boolean isCategory() {
            return bits.isPresent();
        }
    }

    /** When what was learned becomes a version. */
    public enum OnDrift {
        NEVER,
        /** When ADWIN says that the learner's own error changed. */
        ADWIN,
        /** When the test of Page and Hinkley says that it rose. */
        PAGE_HINKLEY
    }

    /**
     * When what was learned becomes a version, and how many of these are kept.
     *
     * @param every how many labels are learned between two versions; 0 where their number makes none
     * @param keep at least 1; older ones are removed, but for those that a definition names
     */
    public record Snapshots(long every, OnDrift onDrift, int keep) {}

    /** The numeric columns, in order. */
    public List<Column> numbers() {
        return columns.stream().filter(column -> !column.isCategory()).toList();
    }

    /** The columns of texts, in order. */
    public List<Column> categories() {
        return columns.stream().filter(Column::isCategory).toList();
    }

    /** What rows of it look like to a learner. */
    public FeatureSpace space() {
        var categories = new ArrayList<Category>();
        for (Column column : categories()) {
            categories.add(new Category(column.name(), column.bits().orElseThrow()));
        }
        return new FeatureSpace(numbers().stream().map(Column::name).toList(), categories, interactions);
    }
}
