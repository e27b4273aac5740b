"""What one release of KServe's Python client sees of Millrace, over REST and gRPC; run by compat/run.py with that release's Python."""

import argparse
import asyncio
import logging
import time
from importlib.metadata import version

import grpc
import httpx
import numpy as np
from check import Report, is_that
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig
from tensors import DATATYPES, bytes_of, checked, push, rows

logging.disable(logging.CRITICAL)


class Rest:
    """InferenceRESTClient, told to speak v2: by itself it speaks v1."""

    name = "REST"
    ways = (True, False)

    def __init__(self, address):
        self.url = f"http://{address}"
        self.client = InferenceRESTClient(RESTConfig(protocol="v2"))

    async def live(self):
        return await self.client.is_server_live(self.url)

    async def ready(self):
        return await self.client.is_server_ready(self.url)

    async def model_ready(self, model):
        return await self.client.is_model_ready(self.url, model)

    async def infer(self, request, **more):
        return await self.client.infer(self.url, request, model_name=request.model_name, **more)

    @staticmethod
    def status(error):
        return error.response.status_code, str(error)

    errors = httpx.HTTPStatusError
    statuses = {"NOT_FOUND": 404, "INVALID_ARGUMENT": 400}

    async def close(self):
        await self.client.close()


class Grpc:
    name = "gRPC"
    ways = (True,)

    def __init__(self, address):
        self.client = InferenceGRPCClient(address)

    async def live(self):
        return await self.client.is_server_live()

    async def ready(self):
        return await self.client.is_server_ready()

    async def model_ready(self, model):
        return await self.client.is_model_ready(model)

    async def infer(self, request, **more):
        return await self.client.infer(request, **more)

    @staticmethod
    def status(error):
        return error.code().name, error.details()

    errors = grpc.RpcError
    statuses = {name: name for name in ("NOT_FOUND", "INVALID_ARGUMENT")}

    async def close(self):
        await self.client.close()


def tensor(name, datatype, array, binary=True):
    given = InferInput(name, list(array.shape), datatype)
    given.set_data_from_numpy(array, binary_data=binary)
    return given


def pair(*values):
    return tensor("x", "FP32", np.array([values], np.float32))


class Suite:
    """The checks of one of both clients."""

    def __init__(self, client, report):
        self.client = client
        self.report = report

    async def run(self):
        try:
            for name in [name for name in dir(self) if name.startswith("test_")]:
                await checked(self.report, f"{self.client.name}: {name.removeprefix('test_').replace('_', ' ')}", getattr(self, name))
            for datatype in DATATYPES:
                for binary in self.client.ways:
                    if binary or datatype != "FP16":
                        form = "binary" if binary else "JSON"
                        await checked(self.report, f"{self.client.name}: {datatype} comes back as it went, {form}", lambda: self.round_trip(datatype, binary))
        finally:
            await self.client.close()

    async def round_trip(self, datatype, binary):
        array = rows(datatype)
        # Answers to FP16 are asked for as binary data by the client itself where the request says so.
        parameters = {"binary_data_output": True} if self.client.name == "REST" and binary else None
        answer = await self.client.infer(InferRequest(datatype.lower(), [tensor("in", datatype, array, binary)], parameters=parameters))
        back = answer.outputs[0]
        is_that((back.name, back.datatype, list(back.shape)), ("out", datatype, [2, 3]))
        expected = bytes_of(array)
        got = back.as_numpy()
        if datatype == "BYTES" and self.client.name == "REST":
            expected = array
        is_that((got.shape, got.tolist()), (expected.shape, expected.tolist()))

    async def test_server_and_models_are_live_and_ready(self):
        is_that(await self.client.live(), True)
        is_that(await self.client.ready(), True)
        is_that(await self.client.model_ready("times"), True)

    async def test_the_newest_version_answers_with_the_requests_id(self):
        answer = await self.client.infer(InferRequest("times", [pair(1, 2)], request_id="r-1"))
        # This client reads no version over REST.
        is_that((answer.model_name, answer.model_version, answer.id), ("times", None if self.client.name == "REST" else "2", "r-1"))
        is_that(answer.outputs[0].as_numpy().tolist(), [[3.0, 6.0]])

    async def test_parameters_come_back(self):
        answer = await self.client.infer(InferRequest("times", [pair(1, 2)], parameters={"a": "x", "b": True}))
        parameters = answer.parameters
        if self.client.name == "gRPC":
            is_that((parameters["a"].string_param, parameters["b"].bool_param), ("x", True))
        else:
            is_that(parameters, {"a": "x", "b": True})

    async def test_refusals_have_their_status_and_words(self):
        for kind, words, request in [
            ("NOT_FOUND", "nobody", InferRequest("nobody", [pair(1, 2)])),
            ("INVALID_ARGUMENT", "takes no input 'z'", InferRequest("times", [tensor("z", "FP32", np.zeros((1, 2), np.float32))])),
        ]:
            try:
                await self.client.infer(request)
            except self.client.errors as error:
                status, text = self.client.status(error)
                is_that((status, words in text), (self.client.statuses[kind], True), text)
            else:
                raise AssertionError(f"{kind} was not raised")

    async def test_a_model_that_is_not_there_is_not_ready(self):
        try:
            is_that(await self.client.model_ready("nobody"), False)
        except self.client.errors as error:  # what older releases make of it, and gRPC
            is_that(self.client.status(error)[0], self.client.statuses["NOT_FOUND"])

    async def test_a_pipeline_takes_keys(self):
        end = time.monotonic() + 60
        while not await self.client.model_ready("returning"):
            is_that(time.monotonic() < end, True, "the pipeline is not ready")
        inputs = [
            tensor("visitor", "BYTES", np.array(["ann", "bob"], dtype=np.object_)),
            tensor("basket", "FP64", np.array([1.5, 2.5])),
        ]
        answer = await self.client.infer(InferRequest("returning", inputs))
        is_that(answer.outputs[0].as_numpy().tolist(), [70.0, 30.0])

    async def test_an_ensemble_is_a_model(self):
        is_that(await self.client.model_ready("thrice"), True)
        inputs = [tensor(name, "FP32", np.array(values, np.float32)) for name, values in (("a", [1, 4]), ("b", [3, 2]))]
        answer = await self.client.infer(InferRequest("thrice", inputs))
        is_that(answer.outputs[0].as_numpy().tolist(), [[3.0, 9.0], [12.0, 6.0]])


async def checks(arguments, report):
    report.check("rows are pushed", lambda: push(arguments.features))
    await Suite(Rest(arguments.http), report).run()
    await Suite(Grpc(arguments.grpc), report).run()


def main():
    parser = argparse.ArgumentParser()
    for option in ("features", "http", "grpc"):
        parser.add_argument(f"--millrace-{option}", dest=option, required=True)
    report = Report(f"KServe {version('kserve')}")
    print(report.name, flush=True)
    asyncio.run(checks(parser.parse_args(), report))
    return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
