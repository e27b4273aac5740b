"""The views of definitions/feature-views/drivers.yaml as Feast has them, the rows of both, and Feast's own servers."""

import datetime
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
from feast import Entity, FeatureService, FeatureStore, FeatureView, Field, FileSource, PushSource, ValueType
from feast.types import Array, Bool, Bytes, Float64, Int64, String, UnixTimestamp

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
UTC = datetime.timezone.utc
EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "feast"
VIEWS = {
    "driver_stats": (
        ["driver"], 3650 * DAY,
        {"conv_rate": Float64, "trips": Int64, "active": Bool, "city": String, "seen": UnixTimestamp},
    ),
    "driver_old": (["driver"], DAY, {"old_trips": Int64}),
    "driver_photos": (["driver"], 3650 * DAY, {"photo": Bytes}),
    "driver_written": (["driver"], 3650 * DAY, {"rate": Float64, "rides": Int64, "on_duty": Bool, "plate": String}),
    "driver_lists": (
        ["driver"], 3650 * DAY,
        {"tags": Array(String), "ids": Array(Int64), "scores": Array(Float64), "flags": Array(Bool)},
    ),
    "trip_stats": (["driver", "customer"], 3650 * DAY, {"shared_trips": Int64, "rating": Float64}),
}
BATCH = "driver_batch"
KEYS = {"driver": ("driver_id", ValueType.INT64), "customer": ("customer", ValueType.STRING)}


def rows(first):
    """The rows of each view for drivers from `first` on, as data frames; event times in whole seconds, but for one row."""
    at = datetime.datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
    seen = datetime.datetime(2026, 3, 1, 8, 30, 0, tzinfo=UTC)
    return {
        "driver_stats": pd.DataFrame({
            "driver_id": [first + 1, first + 2, first + 3],
            "event_timestamp": [at, at + datetime.timedelta(hours=1), at + datetime.timedelta(microseconds=250000)],
            "conv_rate": [0.5, 0.1, None],
            "trips": [9007199254740993, -7, 0],
            "active": [True, False, True],
            "city": ["Zürich", "", "\U0001f68c \"Bus\""],
            "seen": [seen, seen, seen],
        }),
        "driver_old": pd.DataFrame({
            "driver_id": [first + 1],
            "event_timestamp": [datetime.datetime(2020, 1, 1, tzinfo=UTC)],
            "old_trips": [12],
        }),
        "driver_lists": pd.DataFrame({
            "driver_id": [first + 1],
            "event_timestamp": [at],
            "tags": [["a", "b"]],
            "ids": [[9007199254740993, 0]],
            "scores": [[0.1, 2.0]],
            "flags": [[True, False]],
        }),
        "driver_written": written(first + 1),
        "driver_photos": pd.DataFrame({
            "driver_id": [first + 1],
            "event_timestamp": [at],
            "photo": [b"\x00\x01\xff"],
        }),
        "trip_stats": pd.DataFrame({
            "driver_id": [first + 1, first + 1],
            "customer": ["7", "8"],
            "event_timestamp": [at, at],
            "shared_trips": [3, 4],
            "rating": [4.5, 3.25],
        }),
    }


def written(driver):
    """One row of driver_written."""
    return pd.DataFrame({
        "driver_id": [driver],
        "event_timestamp": [datetime.datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)],
        "rate": [0.25],
        "rides": [11],
        "on_duty": [True],
        "plate": ["ZH 1"],
    })


def batch_range(first):
    """What is materialised first: an hour of a day that no other release has."""
    begin = datetime.datetime(2025, 1, 1, 9, tzinfo=UTC) + first // 1000 * DAY
    return begin, begin + datetime.timedelta(hours=1)


def batch(first):
    """The rows of driver_batch: one before, two at the ends of, and one behind that range."""
    begin, end = batch_range(first)
    return pd.DataFrame({
        "driver_id": [first + 1, first + 2, first + 3, first + 4],
        "event_timestamp": [begin - SECOND, begin, end, end + SECOND],
        "earned": [1.0, 2.0, 3.0, 4.0],
    })


def json_frame(frame):
    """A data frame as raw HTTP clients write it."""
    import base64

    def plain(value):
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if isinstance(value, (pd.Timestamp, datetime.datetime)):
            return value.isoformat()
        return None if isinstance(value, float) and value != value else value

    return {name: [plain(value) for value in frame[name].tolist()] for name in frame.columns}


def objects(folder, first):
    entities = {
        name: Entity(name=name, join_keys=[key], value_type=kind) for name, (key, kind) in KEYS.items()
    }
    views = []
    for name, (of, ttl, features) in VIEWS.items():
        path = Path(folder) / f"{name}.parquet"
        rows(0)[name].to_parquet(path)
        source = PushSource(
            name=name,
            batch_source=FileSource(name=f"{name}_file", path=str(path), timestamp_field="event_timestamp"),
        )
        views.append(FeatureView(
            name=name,
            entities=[entities[each] for each in of],
            ttl=ttl,
            schema=[Field(name=feature, dtype=kind) for feature, kind in features.items()],
            source=source,
        ))
    path = Path(folder) / f"{BATCH}.parquet"
    batch(first).to_parquet(path)
    views.append(FeatureView(
        name=BATCH,
        entities=[entities["driver"]],
        ttl=3650 * DAY,
        schema=[Field(name="earned", dtype=Float64)],
        source=FileSource(name=f"{BATCH}_file", path=str(path), timestamp_field="event_timestamp"),
    ))
    service = FeatureService(name="driver_activity", features=[views[0][["conv_rate", "trips"]], views[1]])
    return [*entities.values(), *views, service]


def store(folder, online, first, registry=None):
    """
    A feature store whose folder holds the feature_store.yaml of examples/feast with this online store in place of its own; its definitions are applied, where no registry is given.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lines = (EXAMPLE / "feature_store.yaml").read_text().splitlines(keepends=True)
    begin = lines.index("online_store:\n") + 1
    end = next(at for at in range(begin, len(lines)) if not lines[at].startswith(" "))
    text = "".join([*lines[:begin], *online(lines[begin:end]), *lines[end:]])
    (folder / "feature_store.yaml").write_text(text if registry is None else text.replace("registry.db", str(registry)))
    opened = FeatureStore(repo_path=str(folder))
    if registry is None:
        opened.apply(objects(folder, first))
    return opened


def remote(folder, url, first=0, registry=None):
    """The example's own file, but for the address."""

    def at(lines):
        return [f"  path: {url}\n" if line.startswith("  path:") else line for line in lines]

    return store(folder, at, first, registry)


class Server:
    """`feast serve` on SQLite with the same rows, as a process of its own."""

    def __init__(self, folder, port, first):
        self.url = f"http://127.0.0.1:{port}"
        self.folder = Path(folder)
        self.store = store(folder, lambda _: ["  type: sqlite\n", f"  path: {Path(folder) / 'online.db'}\n"], first)
        for name, frame in rows(first).items():
            self.store.write_to_online_store(name, frame)
        feast = Path(sys.executable).parent / "feast"
        self.log = open(self.folder / "serve.log", "w")
        self.process = subprocess.Popen(
            [str(feast), "-c", str(folder), "serve", "-h", "127.0.0.1", "-p", str(port), "--no-access-log"],
            stdout=self.log, stderr=self.log, start_new_session=True,
            env=dict(os.environ, FEAST_USAGE="False"),
        )

    def wait(self):
        """Raises where it does not answer within 90 s."""
        end = time.monotonic() + 90
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"feast serve ended with {self.process.returncode}; its log: {self.folder / 'serve.log'}")
            try:
                with urllib.request.urlopen(self.url + "/health", timeout=2) as response:
                    if response.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        raise RuntimeError("feast serve does not answer")

    def close(self):
        import signal

        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()
