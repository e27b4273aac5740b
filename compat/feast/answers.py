"""Answers of Feast's server and of Millrace, so that they can be compared."""


def same(ours, feasts, what=""):
    if ours != feasts:
        raise AssertionError(f"{what}\n       Millrace: {ours!r}\n       Feast:    {feasts!r}")


def columns(answer):
    """An answer of /get-online-features by name: values, statuses and event times. Feast's order inside a view is random."""
    names = answer["metadata"]["feature_names"]
    return {
        name: {key: result[key] for key in ("values", "statuses", "event_timestamps")}
        for name, result in zip(names, answer["results"])
    }


def to_the_second(answer):
    """The same with event times cut to seconds: Feast's server loses what is finer."""
    return {
        name: dict(column, event_timestamps=[time.split(".")[0].rstrip("Z") + "Z" for time in column["event_timestamps"]])
        for name, column in columns(answer).items()
    }
