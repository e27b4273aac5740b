package io.millrace.features.kernel.ondemand;

import io.millrace.definitions.NearestName;
import io.millrace.features.kernel.FeatureName;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.NamedView;
import io.millrace.features.kernel.OnDemandView;
import io.millrace.features.kernel.OnDemandView.Computed;
import io.millrace.features.kernel.OnDemandView.Input;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.condition.Expression;
import io.millrace.features.kernel.condition.Expression.Compiled;
import io.millrace.features.kernel.condition.ExpressionLanguage;
import io.millrace.features.kernel.ondemand.OnDemandPlan.Kept;
import io.millrace.features.kernel.ondemand.OnDemandPlan.Output;
import io.millrace.features.kernel.ondemand.OnDemandPlan.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Makes plans: follows inputs down to what is kept, each thing once, and compiles the expressions. Not thread-safe. */
public final class OnDemandPlanner {
    private final Function<String, Optional<NamedView>> resolve;
    private final Map<Wanted, Integer> computed = new LinkedHashMap<>();
    private final Map<Kept, Integer> kept = new LinkedHashMap<>();
    private final Map<EventField, Integer> request = new LinkedHashMap<>();
    private final List<Draft> drafts = new ArrayList<>();
    private final List<Integer> outputs = new ArrayList<>();
    private final Set<Wanted> open = new LinkedHashSet<>();

    private record Wanted(ViewId view, String feature) {
        @Override
        public String toString() {
            return view + ":" + feature;
        }
    }

    private enum Room {
        KEPT,
        REQUEST,
        COMPUTED
    }

    /** A value before it is known how many there are of each kind. */
    private record Place(Room room, int index) {}

    private record Draft(Expression expression, ValueType type, List<Place> arguments) {}

    /**
     * @param resolve the view that {@code view} or {@code view@version} means
     */
    public OnDemandPlanner(Function<String, Optional<NamedView>> resolve) {
        this.resolve = resolve;
    }

    /**
     * Also computes this feature; it is the next of the plan's outputs.
     *
     * @throws UncomputableException where the definition names what is not there, depends on itself, or has a wrong expression
     */
    public void add(OnDemandView view, String feature) {
        outputs.add(computed(view, feature));
    }

    /** The plan of what was added. */
    public OnDemandPlan plan() {
        var steps = new ArrayList<Step>();
        var needs = new ArrayList<Set<Integer>>();
        for (Draft draft : drafts) {
            var needed = new TreeSet<Integer>();
            for (Place argument : draft.arguments()) {
                switch (argument.room()) {
                    case KEPT -> needed.add(argument.index());
                    case COMPUTED -> needed.addAll(needs.get(argument.index()));
                    case REQUEST -> {}
                }
            }
            needs.add(needed);
            steps.add(new Step(
                    draft.expression(),
                    draft.arguments().stream().map(this::slot).toList()));
        }
        return new OnDemandPlan(
                List.copyOf(kept.keySet()),
                List.copyOf(request.keySet()),
                outputs.stream()
                        .map(of -> new Output(
                                slot(new Place(Room.COMPUTED, of)),
                                drafts.get(of).type(),
                                List.copyOf(needs.get(of))))
                        .toList(),
                steps);
    }

    private int slot(Place place) {
        return place.index()
                + switch (place.room()) {
                    case KEPT -> 0;
                    case REQUEST -> kept.size();
                    case COMPUTED -> kept.size() + request.size();
                };
    }

    private int computed(OnDemandView view, String feature) {
        var wanted = new Wanted(view.id(), feature);
        Integer known = computed.get(wanted);
        if (known != null) {
            return known;
        }
        if (!open.add(wanted)) {
            throw new UncomputableException(
                    view.id(),
                    "it depends on itself: "
                            + String.join(
                                    " → ", open.stream().map(Wanted::toString).toList()) + " → " + wanted);
        }
        Computed definition = view.features().stream()
                .filter(of -> of.name().equals(feature))
                .findFirst()
                .orElseThrow(() -> noFeature(view.id(), view, feature));
        var variables = new ArrayList<EventField>();
        var arguments = new ArrayList<Place>();
        for (Input input : used(view, definition)) {
            variables.add(variable(view, input));
            arguments.add(place(named(view, input), input.feature().feature()));
        }
        for (EventField field : view.request()) {
            if (usesWord(definition, field.name())) {
                variables.add(field);
                arguments.add(new Place(Room.REQUEST, request.computeIfAbsent(field, _ -> request.size())));
            }
        }
        drafts.add(new Draft(expression(view, definition, variables), definition.type(), arguments));
        open.remove(wanted);
        computed.put(wanted, drafts.size() - 1);
        return drafts.size() - 1;
    }

    private Expression expression(OnDemandView view, Computed definition, List<EventField> variables) {
        return switch (ExpressionLanguage.over(variables).compile(definition.expression(), definition.type())) {
            case Compiled.Usable usable -> usable.expression();
            case Compiled.Faulty faulty -> throw faulty(view, definition, faulty);
        };
    }

    /** With all names at hand the message can say which one was meant. */
    private UncomputableException faulty(OnDemandView view, Computed definition, Compiled.Faulty found) {
        var all = new ArrayList<EventField>();
        view.inputs().forEach(input -> all.add(variable(view, input)));
        all.addAll(view.request());
        Compiled again = ExpressionLanguage.over(all).compile(definition.expression(), definition.type());
        Compiled.Faulty faulty = again instanceof Compiled.Faulty better ? better : found;
        return new UncomputableException(
                view.id(), "'" + definition.name() + "' at column " + faulty.column() + ": " + faulty.message());
    }

    private NamedView named(OnDemandView view, Input input) {
        return resolve.apply(input.feature().view())
                .orElseThrow(() -> new UncomputableException(
                        view.id(), "there is no view '" + input.feature().view() + "'"));
    }

    private EventField variable(OnDemandView view, Input input) {
        NamedView of = named(view, input);
        FeatureName name = input.feature();
        ValueType type = of.typeOf(name.feature()).orElseThrow(() -> noFeature(view.id(), of, name.feature()));
        return new EventField(input.name(), type);
    }

    /** What an expression does not name is not read for it. */
    private static List<Input> used(OnDemandView view, Computed definition) {
        return view.inputs().stream()
                .filter(input -> usesWord(definition, input.name()))
                .toList();
    }

    private static boolean usesWord(Computed definition, String name) {
        return Words.of(definition.expression()).contains(name);
    }

    private Place place(NamedView view, String feature) {
        return switch (view) {
            case FeatureView of -> {
                int index = of.featureNames().indexOf(feature);
                yield new Place(Room.KEPT, kept.computeIfAbsent(new Kept(of, index), _ -> kept.size()));
            }
            case OnDemandView of -> new Place(Room.COMPUTED, computed(of, feature));
        };
    }

    private static UncomputableException noFeature(ViewId at, NamedView view, String feature) {
        return new UncomputableException(
                at, view.id() + " has no feature '" + feature + "'" + NearestName.hint(feature, view.featureNames()));
    }
}
