"""River's learners beside ours on the data that River ships; run by compat/run.py with River's Python.

For each learner River runs in several of its own settings; our figure has to be no worse than the worst of them. River's documented figures are checked
first, so that what is compared is what its documents speak of. Then the processor time of both for the same rows, decoded beforehand on both sides.
"""

import argparse
import subprocess
import time
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

from check import Report
from river import datasets, forest, linear_model, optim, preprocessing, tree

RUNNER = Path(__file__).resolve().parent / "Progressive.java"
TIMED_ROWS = 300_000
GOAL = 20


def scaled(model):
    return preprocessing.StandardScaler() | model


def logistic(optimizer):
    return lambda: scaled(linear_model.LogisticRegression(optimizer()))


def linear(optimizer, intercept_lr=0.1):
    return lambda: scaled(linear_model.LinearRegression(optimizer(), intercept_lr=intercept_lr))


OPTIMIZERS = {
    "SGD .005": lambda: optim.SGD(0.005),
    "SGD .01": lambda: optim.SGD(0.01),
    "SGD .1": lambda: optim.SGD(0.1),
    "FTRL": lambda: optim.FTRLProximal(),
    "AdaGrad": lambda: optim.AdaGrad(),
    "Adam": lambda: optim.Adam(),
}
LINES = {name: logistic(optimizer) for name, optimizer in OPTIMIZERS.items()}
TREES = {
    "nba": lambda: tree.HoeffdingTreeClassifier(),
    "nb": lambda: tree.HoeffdingTreeClassifier(leaf_prediction="nb"),
    "mc": lambda: tree.HoeffdingTreeClassifier(leaf_prediction="mc"),
    "grace 50": lambda: tree.HoeffdingTreeClassifier(grace_period=50),
}
ADAPTIVE = {
    **{f"seed {seed}": lambda seed=seed: tree.HoeffdingAdaptiveTreeClassifier(seed=seed) for seed in (1, 2, 3)},
    "all rows once": lambda: tree.HoeffdingAdaptiveTreeClassifier(seed=1, bootstrap_sampling=False),
}
FORESTS = {
    **{f"seed {seed}": lambda seed=seed: forest.ARFClassifier(seed=seed) for seed in (1, 2, 3)},
    "mc": lambda: forest.ARFClassifier(seed=1, leaf_prediction="mc"),
    "grace 200": lambda: forest.ARFClassifier(seed=1, grace_period=200),
}
CLASSES = {
    "sgd": LINES, "adagrad": LINES, "ftrl": LINES, "tree": TREES, "adaptive tree": ADAPTIVE, "forest": FORESTS,
}
NUMBERS = dict.fromkeys(("sgd", "adagrad", "ftrl"), {
    "SGD .01": linear(lambda: optim.SGD(0.01)),
    "SGD .005": linear(lambda: optim.SGD(0.005)),
    "SGD .01, intercept .01": linear(lambda: optim.SGD(0.01), 0.01),
    "AdaGrad 1": linear(lambda: optim.AdaGrad(1)),
    "FTRL 1": linear(lambda: optim.FTRLProximal(alpha=1, l2=0)),
})

# What River's documents say: docs/benchmarks and the docstrings of linear_model.
DOCUMENTED = {
    ("Phishing", "sgd", "SGD .005", "accuracy"): 0.8872,
    ("Phishing", "tree", "nba", "accuracy"): 0.879904,
    ("Bananas", "sgd", "SGD .005", "accuracy"): 0.543208,
    ("TrumpApproval", "sgd", "SGD .01", "MAE"): 0.558735,
}


def auc(scores, labels):
    """Exact, ties at half."""
    ranked = sorted(zip(scores, labels))
    positives = sum(labels)
    below = total = at = 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        tied = sum(label for _, label in ranked[at:end])
        total += tied * (below + (end - at - tied) / 2)
        below += end - at - tied
        at = end
    return total / (positives * (len(labels) - positives))


def figures(scores, labels, classes):
    if not classes:
        return {"MAE": sum(abs(score - label) for score, label in zip(scores, labels)) / len(labels)}
    right = sum((score > 0.5) == (label == 1) for score, label in zip(scores, labels))
    return {"accuracy": right / len(labels), "ROC AUC": auc(scores, labels)}


def progressive(model, rows, classes):
    scores = []
    for numbers, label in rows:
        if classes:
            scores.append(model.predict_proba_one(numbers).get(True, 0.0))
        else:
            scores.append(model.predict_one(numbers))
        model.learn_one(numbers, label)
    return scores


class Ours:
    """Our predictions and processor times for rows, as Progressive.java prints them."""

    def __init__(self, java, work, name, rows, classes, timed):
        columns = list(rows[0][0])
        file = work / f"{name}.csv"
        with open(file, "w") as out:
            out.write(",".join(["label", *(f"c{column}" for column in columns)]) + "\n")
            for numbers, label in rows:
                out.write(",".join(repr(float(value)) for value in [label, *(numbers[c] for c in columns)]) + "\n")
        command = [*java, str(RUNNER), str(file), "class" if classes else "number", str(timed)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=500)
        if done.returncode != 0:
            raise AssertionError(f"the runner failed: {done.stderr[-2000:]}")
        self.scores = defaultdict(list)
        self.speeds = {}
        for line in done.stdout.splitlines():
            kind, learner, *values = line.split("\t")
            if kind == "score":
                self.scores[learner].append(float(values[0]))
            else:
                self.speeds[learner] = int(values[0]) / float(values[1])


def compare(report, java, work, dataset, groups, classes, timed):
    name = type(dataset).__name__
    rows = list(dataset)
    labels = [float(label) for _, label in rows]
    ours = Ours(java, work, name, rows, classes, timed)
    known = {}
    for learner, settings in groups.items():
        if id(settings) not in known:
            known[id(settings)] = {
                setting: figures(progressive(make(), rows, classes), labels, classes) for setting, make in settings.items()
            }
        theirs = known[id(settings)]
        for metric, value in figures(ours.scores[learner], labels, classes).items():
            report.check(f"{name}, {learner}, {metric}", lambda: within(name, learner, metric, value, theirs))
    for (data, learner, setting, metric), value in DOCUMENTED.items():
        if data == name:
            measured = known[id(groups[learner])][setting][metric]
            report.check(f"River's documented {metric} on {name} of {setting}", lambda: close(measured, value))
    return rows, ours


def within(name, learner, metric, value, theirs):
    every = [measured[metric] for measured in theirs.values()]
    low, high = min(every), max(every)
    lower_is_better = metric == "MAE"
    worse = value > high if lower_is_better else value < low
    better = value < low if lower_is_better else value > high
    verdict = "WORSE" if worse else "better" if better else "within"
    print(f"  | {name:13} | {learner:13} | {metric:8} | {value:8.4f} | {low:8.4f} .. {high:8.4f} | {verdict:6} |", flush=True)
    if worse:
        raise AssertionError(f"{value} is worse than all of {theirs}")


def close(measured, documented):
    if abs(measured - documented) > 2e-3 * documented:
        raise AssertionError(f"River's own figure is {measured}, documented {documented}")


def speeds(rows, ours):
    """Rows per second of processor time, predicted and learned."""
    makers = {
        "sgd": LINES["SGD .005"], "adagrad": LINES["AdaGrad"], "ftrl": LINES["FTRL"], "tree": TREES["nba"],
        "adaptive tree": ADAPTIVE["all rows once"], "forest": FORESTS["seed 1"],
    }
    print("  | learner       |   River rows/s |    ours rows/s |  ratio | ours with decoding |")
    for learner, make in makers.items():
        model = make()
        passes = 2 if learner == "forest" else 20
        begin = time.process_time()
        for _ in range(passes):
            progressive(model, rows, True)
        theirs = passes * len(rows) / (time.process_time() - begin)
        mine = ours.speeds[learner]
        both = 1 / (1 / mine + 1 / ours.speeds["decode"])
        met = "" if mine >= GOAL * theirs else f"  below the goal of {GOAL}"
        print(f"  | {learner:13} | {theirs:14,.0f} | {mine:14,.0f} | {mine / theirs:6.1f} | {both:18,.0f} |{met}", flush=True)
    print(f"  decoding alone, of CSV: {ours.speeds['decode']:,.0f} rows/s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--java", required=True)
    parser.add_argument("--classes", required=True)
    parser.add_argument("--work", type=Path, required=True)
    arguments = parser.parse_args()
    java = [arguments.java, "-XX:+UseSerialGC", "-cp", arguments.classes]
    report = Report(f"River {version('river')}")
    print("  | data          | learner       | metric   |     ours | River's own settings |        |")
    rows, ours = compare(report, java, arguments.work, datasets.Phishing(), CLASSES, True, TIMED_ROWS)
    compare(report, java, arguments.work, datasets.Bananas(), CLASSES, True, 0)
    compare(report, java, arguments.work, datasets.TrumpApproval(), NUMBERS, False, 0)
    speeds(rows, ours)
    return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
