"""What one release of Triton's Python client sees of Millrace, over HTTP and gRPC, blocking and asynchronous; run by compat/run.py with that release's Python."""

import argparse
import asyncio
import inspect
import queue
import time
from importlib.metadata import version

import numpy as np
import tritonclient.grpc
import tritonclient.grpc.aio
import tritonclient.http
import tritonclient.http.aio
from check import Report, is_that
from tensors import DATATYPES, bytes_of, checked, push, rows, wait
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

CLIENTS = [tritonclient.http, tritonclient.http.aio, tritonclient.grpc, tritonclient.grpc.aio]
RELEASE = tuple(int(part) for part in version("tritonclient").split(".")[:2])
# From these on clients know log settings, and the asynchronous one tells the status of an error and can compress.
SETTINGS_SINCE = (2, 32)
STATUS_SINCE = (2, 40)


class Suite:
    """The checks of one of the four clients."""

    def __init__(self, module, address, report):
        self.module = module
        self.name = module.__name__.removeprefix("tritonclient.")
        self.is_http = "http" in self.name
        self.is_blocking = not self.name.endswith("aio")
        self.address = address
        self.report = report

    def run(self):
        async def checks():
            self.client = self.module.InferenceServerClient(self.address)
            try:
                for name in [name for name in dir(self) if name.startswith("test_")]:
                    await self.check(name.removeprefix("test_").replace("_", " "), getattr(self, name))
                for datatype in DATATYPES:
                    await self.check(f"{datatype} comes back as it went", lambda: self.round_trip(datatype))
                    if self.is_http and datatype != "FP16":
                        await self.check(f"{datatype} comes back as JSON", lambda: self.round_trip(datatype, binary_data=False))
            finally:
                await wait(self.client.close())

        asyncio.run(checks())

    async def check(self, what, test):
        await checked(self.report, f"{self.name}: {what}", test)

    def tensor(self, name, array, datatype=None, **how):
        tensor = self.module.InferInput(name, list(array.shape), datatype or np_to_triton_dtype(array.dtype))
        tensor.set_data_from_numpy(array, **how)
        return tensor

    def pair(self, *values):
        return self.tensor("x", np.array([values], np.float32))

    async def infer(self, model, inputs, **more):
        return await wait(self.client.infer(model, inputs, **more))

    @staticmethod
    def plain(answer):
        """An answer's form as a dictionary, whichever client it is of."""
        from google.protobuf.json_format import MessageToDict

        return answer if isinstance(answer, (dict, list)) else MessageToDict(answer, preserving_proto_field_name=True)

    async def refused(self, status, words, answer):
        """HTTP's status or gRPC's, and words of the message."""
        try:
            await wait(answer())
        except InferenceServerException as error:
            expected = str(status[0]) if self.is_http else f"StatusCode.{status[1]}"
            if not (error.status() is None and self.is_http and RELEASE < STATUS_SINCE):
                is_that(str(error.status()), expected, error.message())
            is_that(words in error.message(), True, error.message())
        else:
            raise AssertionError("was not refused")

    async def round_trip(self, datatype, binary_data=True):
        array = rows(datatype)
        how = {"binary_data": binary_data} if self.is_http else {}
        outputs = [self.module.InferRequestedOutput("out", **how)]
        result = await self.infer(datatype.lower(), [self.tensor("in", array, datatype, **how)], outputs=outputs)
        back = result.as_numpy("out")
        if datatype == "BYTES" and not binary_data:
            is_that(back.tolist(), array.tolist())
            return
        expected = bytes_of(array)
        is_that((back.dtype, back.shape, back.tolist()), (expected.dtype, expected.shape, expected.tolist()))

    # The server and its models

    async def test_server_is_live_and_ready_and_says_what_it_is(self):
        is_that(await wait(self.client.is_server_live()), True)
        is_that(await wait(self.client.is_server_ready()), True)
        metadata = self.plain(await wait(self.client.get_server_metadata()))
        is_that(metadata["name"], "millrace")
        is_that({"binary_tensor_data", "model_repository", "statistics"} <= set(metadata["extensions"]), True, metadata)

    async def test_models_say_what_they_take(self):
        is_that(await wait(self.client.is_model_ready("times")), True)
        is_that(await wait(self.client.is_model_ready("times", "1")), True)
        metadata = self.plain(await wait(self.client.get_model_metadata("times")))
        is_that((metadata["versions"], metadata["platform"]), (["1", "2"], "onnxruntime_onnx"))
        is_that([(each["name"], each["datatype"], [int(size) for size in each["shape"]]) for each in metadata["inputs"]], [("x", "FP32", [-1, 2])])
        config = self.plain(await wait(self.client.get_model_config("times")))
        config = config.get("config", config)
        is_that(config["max_batch_size"] > 0, True, config)
        is_that((config["input"][0]["name"], config["input"][0]["data_type"]), ("x", "TYPE_FP32"))

    async def test_index_unload_and_load(self):
        index = self.plain(await wait(self.client.get_model_repository_index()))
        index = index["models"] if isinstance(index, dict) else index
        is_that([(each["version"], each["state"]) for each in index if each["name"] == "times"], [("1", "READY"), ("2", "READY")])
        await wait(self.client.unload_model("int8"))
        is_that(await wait(self.client.is_model_ready("int8")), False)
        await wait(self.client.load_model("int8"))
        is_that(await wait(self.client.is_model_ready("int8")), True)
        await self.refused((400, "INVALID_ARGUMENT"), "from the repository", lambda: self.client.load_model("int8", config="{}"))

    async def test_statistics_count(self):
        async def successes():
            statistics = self.plain(await wait(self.client.get_inference_statistics("times", "1")))
            inference = statistics["model_stats"][0]["inference_stats"]
            return int(inference["success"].get("count", 0))

        before = await successes()
        await self.infer("times", [self.pair(1, 2)], model_version="1")
        is_that(await successes() - before, 1)
        everything = self.plain(await wait(self.client.get_inference_statistics()))
        is_that({"times", "fp32"} <= {each["name"] for each in everything["model_stats"]}, True)

    async def test_trace_and_log_settings_are_said_and_not_taken(self):
        if RELEASE < SETTINGS_SINCE or not hasattr(self.client, "get_log_settings"):
            return "this client does not know them"
        trace = self.plain(await wait(self.client.get_trace_settings()))
        trace = trace.get("settings", trace)
        level = trace["trace_level"]
        is_that(level if isinstance(level, list) else level["value"], ["OFF"], trace)
        await wait(self.client.get_trace_settings(model_name="times"))
        log = self.plain(await wait(self.client.get_log_settings()))
        log = log.get("settings", log)
        is_that("log_info" in log and "log_verbose_level" in log, True, log)
        await self.refused((501, "UNIMPLEMENTED"), "quarkus.otel", lambda: self.client.update_trace_settings(settings={"trace_level": ["TIMESTAMPS"]}))
        await self.refused((501, "UNIMPLEMENTED"), "quarkus.log", lambda: self.client.update_log_settings({"log_verbose_level": 1}))

    # Inference

    async def test_the_newest_version_answers_unless_one_is_named(self):
        newest = await self.infer("times", [self.pair(1, 2)], request_id="r-1")
        is_that(newest.as_numpy("y").tolist(), [[3.0, 6.0]])
        answer = self.plain(newest.get_response())
        is_that((answer["model_name"], answer["model_version"], answer["id"]), ("times", "2", "r-1"))
        is_that((await self.infer("times", [self.pair(1, 2)], model_version="1")).as_numpy("y").tolist(), [[2.0, 4.0]])

    async def test_parameters_come_back(self):
        if "parameters" not in inspect.signature(self.client.infer).parameters:
            return "this client does not know parameters"
        answer = self.plain((await self.infer("times", [self.pair(1, 2)], parameters={"a": 1, "b": "x", "c": True})).get_response())
        if self.is_http:
            is_that(answer["parameters"], {"a": 1, "b": "x", "c": True})
        else:
            is_that(answer["parameters"], {"a": {"int64_param": "1"}, "b": {"string_param": "x"}, "c": {"bool_param": True}})

    async def test_classes(self):
        outputs = [self.module.InferRequestedOutput("out", class_count=2)]
        result = await self.infer("fp32", [self.tensor("in", np.array([[3, 1, 2]], np.float32))], outputs=outputs)
        is_that(result.as_numpy("out").tolist(), [[b"3.000000:0", b"2.000000:2"]])

    async def test_no_rows_give_no_rows(self):
        result = await self.infer("times", [self.tensor("x", np.zeros((0, 2), np.float32))])
        is_that(result.as_numpy("y").shape, (0, 2))

    async def test_not_a_number_and_infinities(self):
        given = np.array([[np.nan, np.inf], [-np.inf, -0.0]], np.float32)
        result = await self.infer("times", [self.tensor("x", given)])
        np.testing.assert_array_equal(result.as_numpy("y"), given * 3)

    async def test_compressed(self):
        if self.name == "http.aio" and RELEASE < STATUS_SINCE:
            return "this client fails by itself"
        if self.is_http:
            how = [{"request_compression_algorithm": each, "response_compression_algorithm": each} for each in ("gzip", "deflate")]
        else:
            how = [{"compression_algorithm": each} for each in ("gzip", "deflate")]
        for each in how:
            is_that((await self.infer("times", [self.pair(1, 2)], **each)).as_numpy("y").tolist(), [[3.0, 6.0]])

    async def test_refusals_have_their_status_and_words(self):
        await self.refused((404, "NOT_FOUND"), "nobody", lambda: self.infer("nobody", [self.pair(1, 2)]))
        await self.refused((404, "NOT_FOUND"), "'9'", lambda: self.infer("times", [self.pair(1, 2)], model_version="9"))
        await self.refused((400, "INVALID_ARGUMENT"), "FP64", lambda: self.infer("times", [self.tensor("x", np.zeros((1, 2)))]))
        await self.refused((400, "INVALID_ARGUMENT"), "shape", lambda: self.infer("times", [self.tensor("x", np.zeros((1, 3), np.float32))]))

    async def test_timeout_of_the_request(self):
        is_that((await self.infer("times", [self.pair(1, 2)], timeout=5_000_000)).as_numpy("y").tolist(), [[3.0, 6.0]])

    async def test_a_pipeline_takes_keys(self):
        end = time.monotonic() + 60
        while not await wait(self.client.is_model_ready("returning")):
            is_that(time.monotonic() < end, True, "the pipeline is not ready")
        inputs = [
            self.tensor("visitor", np.array(["ann", "bob"], dtype=np.object_), "BYTES"),
            self.tensor("basket", np.array([1.5, 2.5])),
        ]
        result = await self.infer("returning", inputs)
        is_that((result.as_numpy("prediction").dtype, result.as_numpy("prediction").tolist()), (np.dtype("float64"), [70.0, 30.0]))

    async def test_an_ensemble_is_a_model(self):
        is_that(self.plain(await wait(self.client.get_model_metadata("thrice")))["platform"], "ensemble")
        inputs = [self.tensor(name, np.array(values, np.float32)) for name, values in (("a", [1, 4]), ("b", [3, 2]))]
        result = await self.infer("thrice", inputs)
        is_that(result.as_numpy("y").tolist(), [[3.0, 9.0], [12.0, 6.0]])
        is_that(result.as_numpy("larger").tolist(), [b"b", b"a"])

    # What one of them alone has

    async def test_calls_that_are_not_waited_for(self):
        if not self.is_blocking:
            inputs = [self.pair(number, number) for number in range(20)]
            results = await asyncio.gather(*(self.infer("times", [each]) for each in inputs))
            is_that([each.as_numpy("y")[0, 0] for each in results], [3.0 * number for number in range(20)])
        elif self.is_http:
            is_that(self.client.async_infer("times", [self.pair(1, 2)]).get_result().as_numpy("y").tolist(), [[3.0, 6.0]])
        else:
            answers = queue.Queue()
            self.client.async_infer("times", [self.pair(1, 2)], callback=lambda result, error: answers.put((result, error)))
            result, error = answers.get(timeout=10)
            is_that(error, None)
            is_that(result.as_numpy("y").tolist(), [[3.0, 6.0]])

    async def test_streams_answer_in_order_and_outlive_a_refusal(self):
        if self.is_http:
            return None
        calls = [("times", str(number), self.pair(number, 0)) for number in range(5)] + [("nobody", "5", self.pair(0, 0)), ("times", "6", self.pair(6, 0))]
        answers = await self.blocking_stream(calls) if self.is_blocking else await self.asynchronous_stream(calls)
        for number, (result, error) in enumerate(answers):
            if number == 5:
                is_that(error is not None and "nobody" in str(error), True, error)
            else:
                is_that(error, None)
                is_that((result.get_response().id, result.as_numpy("y")[0, 0]), (str(number), 3.0 * number))

    async def blocking_stream(self, calls):
        answers = queue.Queue()
        self.client.start_stream(callback=lambda result, error: answers.put((result, error)))
        try:
            for model, number, tensor in calls:
                self.client.async_stream_infer(model, [tensor], request_id=number)
            return [answers.get(timeout=10) for _ in calls]
        finally:
            self.client.stop_stream()

    async def asynchronous_stream(self, calls):
        async def requests():
            for model, number, tensor in calls:
                yield {"model_name": model, "inputs": [tensor], "request_id": number}

        return [answer async for answer in self.client.stream_infer(requests())]


def main():
    parser = argparse.ArgumentParser()
    for option in ("features", "http", "grpc"):
        parser.add_argument(f"--millrace-{option}", dest=option, required=True)
    arguments = parser.parse_args()
    report = Report(f"tritonclient {version('tritonclient')}")
    print(report.name, flush=True)
    report.check("rows are pushed", lambda: push(arguments.features))
    for module in CLIENTS:
        Suite(module, arguments.http if "http" in module.__name__ else arguments.grpc, report).run()
    return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
