"""What one release of Feast sees of Millrace; run by run.py with that release's Python, against a running platform.

Each check compares Millrace with Feast's own server of the same release on the same rows, or with what docs/feast.md says where both differ on purpose.
"""

import argparse
import datetime
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import feast  # noqa: E402

import repo  # noqa: E402
from answers import columns, same, to_the_second  # noqa: E402
from check import Report, is_that, post  # noqa: E402

STATS = ["driver_stats:conv_rate", "driver_stats:trips", "driver_stats:active", "driver_stats:city", "driver_stats:seen"]

LISTS = ["driver_lists:tags", "driver_lists:ids", "driver_lists:scores", "driver_lists:flags"]
KINDS = [*STATS, "driver_photos:photo", *LISTS]


def version():
    return tuple(int(part) for part in feast.__version__.split(".")[:2])


ONE_POST = version() >= (0, 64)


class Suite:
    def __init__(self, arguments):
        self.http = arguments.http
        self.grpc = arguments.grpc
        self.first = arguments.keys
        self.work = Path(arguments.work)
        self.batch = Path(arguments.batch)
        self.report = Report(f"Feast {feast.__version__}")

    def run(self):
        print(f"Feast {feast.__version__}", flush=True)
        check = self.report.check
        check("rows are pushed over raw HTTP", self.push_rows)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.server = None
        try:
            self.server = repo.Server(self.work / "server", port, self.first)
            check("Feast's own server starts on the same rows", self.server.wait)
            self.ours = repo.remote(self.work / "ours", self.http, self.first)
            self.feasts = repo.remote(self.work / "feasts", self.server.url, self.first)
            repo.batch(self.first).to_parquet(self.batch / f"{repo.BATCH}.parquet")
            for name in [name for kind in ("raw_", "client_", "grpc_") for name in dir(self) if name.startswith(kind)]:
                check(name.replace("_", " "), getattr(self, name))
        finally:
            if self.server:
                self.server.close()
        return self.report.close()

    # Helpers

    def push_rows(self):
        for name, frame in repo.rows(self.first).items():
            status, body = post(
                f"{self.http}/push",
                {"push_source_name": name, "df": repo.json_frame(frame), "to": "online_and_offline"},
            )
            is_that((status, body), (200, None), name)

    def driver(self, *offsets):
        return [self.first + offset for offset in offsets]

    def both(self, request):
        path = "/get-online-features"
        return post(self.http + path, request), post(self.server.url + path, request)

    def read_alike(self, features, entities, **more):
        """Compares to_dict() of both, names sorted: their order inside a view is random in Feast. Says so where the client fails alike on both."""

        def read(of):
            try:
                answer = of.get_online_features(features=features, entity_rows=entities, **more).to_dict()
            except Exception as error:  # what a client of this release makes of the answer is what is compared
                return f"{type(error).__name__}: {error}"
            return dict(sorted(answer.items()))

        ours, feasts = read(self.ours), read(self.feasts)
        same(ours, feasts)
        return f"the client fails alike on Feast's own server: {ours[:150]}" if isinstance(ours, str) else None

    # Raw HTTP, recorded from curl and from clients of both generations

    def raw_read_is_the_same(self):
        request = {
            "features": STATS,
            "entities": {"driver_id": self.driver(1, 2, 3, 99)},
        }
        (status, ours), (feasts_status, feasts) = self.both(request)
        is_that((status, feasts_status), (200, 200))
        same(to_the_second(ours), to_the_second(feasts))
        is_that(columns(ours)["conv_rate"]["event_timestamps"][2], "2026-03-02T09:00:00.250Z", "sub-seconds stay")

    def raw_read_under_any_content_type_is_the_same(self):
        request = {"features": STATS, "entities": {"driver_id": self.driver(1)}}
        (_, ours), (_, feasts) = self.both(request)
        for content_type in ("", "application/x-www-form-urlencoded", "text/plain"):
            status, answer = post(f"{self.http}/get-online-features", request, content_type=content_type)
            is_that((status, answer), (200, ours), content_type)
        same(to_the_second(ours), to_the_second(feasts))

    def raw_full_names_and_coerced_keys_are_the_same(self):
        request = {"features": STATS, "entities": {"driver_id": [str(self.first + 1)]}, "full_feature_names": True}
        (status, ours), (feasts_status, feasts) = self.both(request)
        is_that((status, feasts_status), (200, 200))
        same(to_the_second(ours), to_the_second(feasts))

    def raw_lists_are_the_same(self):
        request = {"features": LISTS, "entities": {"driver_id": self.driver(1, 99)}}
        (status, ours), (feasts_status, feasts) = self.both(request)
        is_that((status, feasts_status), (200, 200))
        same(to_the_second(ours), to_the_second(feasts))

    def raw_bytes_are_the_same(self):
        request = {"features": ["driver_photos:photo"], "entities": {"driver_id": self.driver(1)}}
        (status, ours), (feasts_status, feasts) = self.both(request)
        is_that((status, columns(ours)["photo"]["values"]), (200, ["AAH/"]))
        if feasts_status != 200:
            return f"this release's server answers {feasts_status}: it takes bytes for UTF-8"
        same(to_the_second(ours), to_the_second(feasts))

    def raw_composite_keys_are_the_same(self):
        request = {
            "features": ["trip_stats:shared_trips", "driver_stats:trips", "trip_stats:rating"],
            "entities": {"driver_id": self.driver(1, 1, 1), "customer": ["7", "8", "9"]},
        }
        (status, ours), (feasts_status, feasts) = self.both(request)
        is_that((status, feasts_status), (200, 200))
        same(to_the_second(ours), to_the_second(feasts))

    def raw_value_older_than_its_ttl_says_so(self):
        request = {"features": ["driver_old:old_trips"], "entities": {"driver_id": self.driver(1)}}
        (_, ours), (_, feasts) = self.both(request)
        is_that(columns(ours)["old_trips"]["statuses"], ["OUTSIDE_MAX_AGE"])
        is_that(columns(ours)["old_trips"]["values"], [12])
        same(columns(ours)["old_trips"]["event_timestamps"], columns(feasts)["old_trips"]["event_timestamps"])
        is_that(columns(feasts)["old_trips"]["statuses"], ["PRESENT"], "Feast ignores the ttl online")

    def raw_view_without_entities_has_what_both_generations_look_for(self):
        frame = {"size": [7], "event_timestamp": ["2026-03-02T09:00:00"]}
        is_that(post(f"{self.http}/push", {"push_source_name": "fleet", "df": frame})[0], 200)
        old = {"features": ["fleet:size"], "entities": {"__dummy_id": [""]}}
        answer = post(f"{self.http}/get-online-features", old)[1]
        is_that(answer["metadata"]["feature_names"], ["__dummy_id", "size"])
        is_that(answer["results"][1]["event_timestamps"], ["2026-03-02T09:00:00Z"], "up to 0.63 the client takes this one")
        new = post(f"{self.http}/get-online-features", {"features": ["fleet:size"], "entities": {}})[1]
        is_that((new["metadata"]["feature_names"], new["results"][0]["values"]), (["size"], [7]))

    def raw_unknown_view_is_404_in_both(self):
        request = {"features": ["nope:trips"], "entities": {"driver_id": self.driver(1)}}
        (status, ours), (feasts_status, feasts) = self.both(request)
        is_that(status, 404)
        if feasts_status != 404 or not isinstance(feasts, str):
            return f"this release's server answers {feasts_status}"
        is_that(json.loads(ours)["class"], json.loads(feasts)["class"])

    def raw_callers_faults_are_4xx_where_feast_says_500(self):
        wrong = {
            "unknown feature": {"features": ["driver_stats:nope"], "entities": {"driver_id": self.driver(1)}},
            "absent key": {"features": ["driver_stats:trips"], "entities": {"other": [1]}},
            "ragged": {"features": ["trip_stats:rating"], "entities": {"driver_id": self.driver(1, 2), "customer": ["7"]}},
            "name clash": {"features": ["driver_stats:trips", "driver_stats:trips"], "entities": {"driver_id": self.driver(1)}},
            "shape": {"features": ["driver_stats:trips"], "entities": {"driver_id": 5}},
        }
        for what, request in wrong.items():
            status, body = post(f"{self.http}/get-online-features", request)
            if not 400 <= status < 500:
                raise AssertionError(f"{what}: {status} {body}")

    def raw_versions_of_views_are_said_where_asked_for(self):
        request = {
            "features": ["driver_stats:trips"],
            "entities": {"driver_id": self.driver(1)},
            "include_feature_view_version_metadata": True,
        }
        (_, ours), (_, feasts) = self.both(request)
        is_that(ours["metadata"]["feature_view_metadata"], [{"name": "driver_stats", "version": 1}])
        said = feasts["metadata"].get("feature_view_metadata")
        if said:
            is_that([view["name"] for view in said], ["driver_stats"])

    def raw_unknown_push_source_is_422(self):
        request = {"push_source_name": "nope", "df": {"driver_id": [1], "event_timestamp": ["2026-03-02T09:00:00"]}}
        status, body = post(f"{self.http}/push", request)
        feasts_status, feasts = post(f"{self.server.url}/push", request)
        is_that(status, 422)
        if feasts_status != 422 or not isinstance(feasts, str):
            return f"this release's server answers {feasts_status} {feasts}"
        same(body, feasts)

    def raw_rows_are_materialized_the_same(self):
        """Both ends of a range are inclusive, but for the end in the oldest releases; an incremental one goes on behind the last end."""
        begin, end = repo.batch_range(self.first)
        whole = {"start_ts": begin.isoformat(), "end_ts": end.isoformat(), "feature_views": [repo.BATCH]}
        naive = (end + 60 * repo.SECOND).replace(tzinfo=None)
        rest = {"end_ts": naive.isoformat(), "feature_views": [repo.BATCH]}
        self.both_materialize("/materialize", whole, [None, 2.0, 3.0, None])
        self.both_materialize("/materialize-incremental", rest, [None, 2.0, 3.0, 4.0])

    def both_materialize(self, path, request, values):
        is_that(post(self.http + path, request), (200, None), path)
        is_that(post(self.server.url + path, request), (200, None), path)
        (_, ours), (_, feasts) = self.both(
            {"features": [f"{repo.BATCH}:earned"], "entities": {"driver_id": self.driver(1, 2, 3, 4)}})
        is_that(columns(ours)["earned"]["values"], values, path)
        if version() >= (0, 50) or path != "/materialize":
            same(to_the_second(ours), to_the_second(feasts), path)

    def raw_materializing_an_unknown_view_is_404(self):
        request = {"end_ts": "2026-03-01T12:00:00", "feature_views": ["nope"]}
        status, ours = post(f"{self.http}/materialize-incremental", request)
        feasts_status, feasts = post(f"{self.server.url}/materialize-incremental", request)
        is_that(status, 404)
        if feasts_status != 404 or not isinstance(feasts, str) or version() < (0, 65):
            return f"this release's server answers {feasts_status} {feasts}"
        is_that(json.loads(ours)["class"], json.loads(feasts)["class"])

    # Feast's Python client with online_store: type: remote

    def client_reads_the_same(self):
        return self.read_alike(STATS, [{"driver_id": id} for id in self.driver(1, 2, 99)])

    def client_reads_a_null_the_same(self):
        return self.read_alike(["driver_stats:conv_rate"], [{"driver_id": id} for id in self.driver(1, 3)])

    def client_reads_several_views_in_one_call_the_same(self):
        features = ["driver_stats:trips", "driver_stats:city", "driver_old:old_trips"]
        return self.read_alike(features, [{"driver_id": id} for id in self.driver(2, 3)])

    def client_reads_lists_the_same(self):
        return self.read_alike(LISTS, [{"driver_id": self.first + 1}])

    def client_reads_full_names_the_same(self):
        return self.read_alike(STATS, [{"driver_id": self.first + 1}], full_feature_names=True)

    def client_reads_event_times(self):
        response = self.ours.get_online_features(features=STATS, entity_rows=[{"driver_id": self.first + 1}])
        try:
            times = response.to_dict(include_event_timestamps=True)
        except TypeError:
            return "this release's to_dict gives no event times"
        if ONE_POST:
            return "the remote store of this release drops event times"
        expected = int(datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.timezone.utc).timestamp())
        is_that(times["trips__ts"], [expected])

    def client_reads_a_feature_service_the_same(self):
        service = self.feasts.get_feature_service("driver_activity")
        return self.read_alike(service, [{"driver_id": id} for id in self.driver(2, 99)])

    def client_reads_composite_keys(self):
        features = ["trip_stats:shared_trips", "trip_stats:rating"]
        entities = [{"driver_id": self.first + 1, "customer": each} for each in ("7", "8", "9")]
        if ONE_POST:
            return self.read_alike(features, entities)
        try:
            self.ours.get_online_features(features=features, entity_rows=entities)
        except Exception as error:  # RuntimeError up to 0.53, one of Feast's own from then on
            if "customer" not in str(error) and "Error_code=400" not in str(error):  # the oldest show the status alone
                raise
            return None
        raise AssertionError("clients up to 0.63 send the first join key alone (Feast #6488): that must be refused")

    def client_needs_no_registry_from_0_64_on(self):
        if not ONE_POST:
            return "clients up to 0.63 look the view up in their registry"
        bare = repo.remote(self.work / "bare", self.http, registry=self.work / "empty.db")
        ours = bare.get_online_features(features=STATS, entity_rows=[{"driver_id": self.first + 1}]).to_dict()
        same(ours, self.ours.get_online_features(features=STATS, entity_rows=[{"driver_id": self.first + 1}]).to_dict())

    def client_writes_and_reads_at_once(self):
        return self.written(lambda of, frame: of.write_to_online_store("driver_written", frame), 50)

    def client_pushes_and_reads_at_once(self):
        from feast.data_source import PushMode

        return self.written(lambda of, frame: of.push("driver_written", frame, to=PushMode.ONLINE), 51)

    def written(self, write, offset):
        """Bytes and timestamps are left out: the remote store of no release can put them into JSON."""
        frame = repo.written(self.first + offset)
        try:
            write(self.ours, frame)
        except NotImplementedError:
            return "the remote store of this release does not write"
        write(self.feasts, frame)
        features = ["driver_written:rate", "driver_written:rides", "driver_written:on_duty", "driver_written:plate"]
        return self.read_alike(features, [{"driver_id": self.first + offset}])

    def client_writes_composite_keys(self):
        frame = repo.rows(self.first + 500)["trip_stats"]
        try:
            self.ours.write_to_online_store("trip_stats", frame)
        except NotImplementedError:
            return "the remote store of this release does not write"
        request = {
            "features": ["trip_stats:shared_trips"],
            "entities": {"customer": ["8", "7"], "driver_id": self.driver(501, 501)},
        }
        is_that(columns(post(f"{self.http}/get-online-features", request)[1])["shared_trips"]["values"], [4, 3])

    def client_sees_an_unknown_view_as_an_error_of_its_own(self):
        if not ONE_POST:
            return "clients up to 0.63 look the view up in their registry"
        from feast.errors import FeatureViewNotFoundException

        try:
            self.ours.get_online_features(features=["nope:trips"], entity_rows=[{"driver_id": 1}])
        except FeatureViewNotFoundException as error:
            is_that(str(error), "Feature view nope does not exist")
            return None
        raise AssertionError("no exception")

    def client_materializes_through_the_server(self):
        if not hasattr(self.ours, "_is_remote_topology"):
            return "clients of this release materialise by themselves, past the server"
        begin, end = repo.batch_range(self.first)
        begin, end = begin - repo.SECOND, end + repo.SECOND
        self.ours.materialize(begin, end, feature_views=[repo.BATCH])
        self.ours.materialize_incremental(end, feature_views=[repo.BATCH])
        self.server.store.materialize(begin, end, feature_views=[repo.BATCH])
        return self.read_alike([f"{repo.BATCH}:earned"], [{"driver_id": id} for id in self.driver(1, 2, 3, 4)])

    def client_runs_the_ten_lines_of_the_documentation(self):
        folder = self.work / "ten-lines"
        shutil.copytree(repo.EXAMPLE, folder)
        yaml = folder / "feature_store.yaml"
        yaml.write_text(yaml.read_text().replace("http://127.0.0.1:7101", self.http))
        if not ONE_POST:
            return "clients up to 0.63 need the view in their registry; they use the same feature_store.yaml"
        ran = subprocess.run(
            [sys.executable, "-W", "ignore", "drivers.py"], cwd=folder, capture_output=True, text=True, timeout=120,
            env=dict(os.environ, FEAST_USAGE="False"),
        )
        is_that(ran.returncode, 0, ran.stderr[-1000:])
        is_that(ran.stdout.strip().splitlines()[-1], "{'driver_id': [1001], 'conv_rate': [0.5], 'avg_daily_trips': [12]}")

    # gRPC with the stubs of this release

    def channel(self):
        import grpc

        return grpc.insecure_channel(self.grpc)

    def request_over_grpc(self, *offsets, **more):
        from feast.protos.feast.serving.ServingService_pb2 import FeatureList, GetOnlineFeaturesRequest
        from feast.protos.feast.types.Value_pb2 import RepeatedValue, Value

        return GetOnlineFeaturesRequest(
            features=FeatureList(val=KINDS),
            entities={"driver_id": RepeatedValue(val=[Value(int64_val=id) for id in self.driver(*offsets)])},
            **more,
        )

    def grpc_serving_service_answers_what_feasts_store_gives(self):
        from feast.protos.feast.serving.ServingService_pb2_grpc import ServingServiceStub

        with self.channel() as channel:
            answer = ServingServiceStub(channel).GetOnlineFeatures(self.request_over_grpc(1, 3, 99))
        self.same_as_the_store(answer, [1, 3, 99])

    def grpc_feature_server_answers_what_feasts_store_gives(self):
        from feast.protos.feast.serving.GrpcServer_pb2_grpc import GrpcFeatureServerStub

        with self.channel() as channel:
            answer = GrpcFeatureServerStub(channel).GetOnlineFeatures(self.request_over_grpc(1, 3, 99))
        self.same_as_the_store(answer, [1, 3, 99])

    def same_as_the_store(self, answer, offsets):
        """The protobuf that Feast's own store makes of the same request: values by kind, statuses, event times to the second."""
        expected = self.server.store.get_online_features(
            features=KINDS,
            entity_rows=[{"driver_id": id} for id in self.driver(*offsets)],
        ).proto

        def by_name(of):
            return {
                name: (
                    [value.SerializeToString() for value in result.values],
                    list(result.statuses),
                    [time.seconds for time in result.event_timestamps],
                )
                for name, result in zip(of.metadata.feature_names.val, of.results)
            }

        same(by_name(answer), by_name(expected))
        is_that(answer.results[list(answer.metadata.feature_names.val).index("trips")].event_timestamps[1].nanos, 250000000)

    def grpc_serving_info_is_answered(self):
        from feast.protos.feast.serving.ServingService_pb2 import GetFeastServingInfoRequest
        from feast.protos.feast.serving.ServingService_pb2_grpc import ServingServiceStub

        with self.channel() as channel:
            if not ServingServiceStub(channel).GetFeastServingInfo(GetFeastServingInfoRequest()).version:
                raise AssertionError("no version")

    def grpc_push_and_write_are_read_back(self):
        from feast.protos.feast.serving.GrpcServer_pb2 import PushRequest, WriteToOnlineStoreRequest
        from feast.protos.feast.serving.GrpcServer_pb2_grpc import GrpcFeatureServerStub

        row = {
            "conv_rate": "0.25", "trips": "8", "active": "true", "city": "Bern",
            "seen": "2026-03-01T08:30:00Z", "event_timestamp": "2026-03-02 09:00:00",
        }
        with self.channel() as channel:
            stub = GrpcFeatureServerStub(channel)
            pushed = stub.Push(PushRequest(
                features=dict(row, driver_id=str(self.first + 60)), stream_feature_view="driver_stats", to="online"))
            written = stub.WriteToOnlineStore(WriteToOnlineStoreRequest(
                features=dict(row, driver_id=str(self.first + 61)), feature_view_name="driver_stats"))
        is_that((pushed.status, written.status), (True, True))
        read = self.ours.get_online_features(
            features=STATS, entity_rows=[{"driver_id": id} for id in self.driver(60, 61)]).to_dict()
        is_that((read["trips"], read["city"], read["conv_rate"]), ([8, 8], ["Bern", "Bern"], [0.25, 0.25]))

    def grpc_typed_push_is_read_back(self):
        from feast.protos.feast.serving.GrpcServer_pb2 import PushRequest
        from feast.protos.feast.serving.GrpcServer_pb2_grpc import GrpcFeatureServerStub
        from feast.protos.feast.types.Value_pb2 import Value

        if "typed_features" not in PushRequest.DESCRIPTOR.fields_by_name:
            return "the stubs of this release have no typed_features"
        row = {
            "driver_id": Value(int64_val=self.first + 62), "conv_rate": Value(double_val=0.75), "trips": Value(int32_val=9),
            "active": Value(bool_val=False), "city": Value(string_val="Basel"), "seen": Value(unix_timestamp_val=1772354400),
            "event_timestamp": Value(unix_timestamp_val=1772442000),
        }
        with self.channel() as channel:
            pushed = GrpcFeatureServerStub(channel).Push(PushRequest(
                typed_features=row, stream_feature_view="driver_stats", to="online_and_offline"))
        is_that(pushed.status, True)
        read = self.ours.get_online_features(features=STATS, entity_rows=[{"driver_id": self.first + 62}]).to_dict()
        is_that((read["trips"], read["conv_rate"], read["active"]), ([9], [0.75], [False]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--http", required=True)
    parser.add_argument("--grpc", required=True)
    parser.add_argument("--keys", type=int, required=True, help="the first driver id of this release, which no other uses")
    parser.add_argument("--work", required=True)
    parser.add_argument("--batch", required=True, help="the folder of Millrace's batch sources")
    return Suite(parser.parse_args()).run()


if __name__ == "__main__":
    sys.exit(main())
