"""Tensors of every datatype, and what both suites do alike."""

import inspect

import numpy as np
from check import is_that, post

KINDS = {
    "BOOL": np.bool_, "UINT8": np.uint8, "UINT16": np.uint16, "UINT32": np.uint32, "UINT64": np.uint64,
    "INT8": np.int8, "INT16": np.int16, "INT32": np.int32, "INT64": np.int64,
    "FP16": np.float16, "FP32": np.float32, "FP64": np.float64, "BYTES": np.object_,
}  # fmt: skip
DATATYPES = list(KINDS)


def rows(datatype):
    """[2, 3] elements of a datatype, its extremes among them."""
    if datatype == "BYTES":
        return np.array([["a", "", "äbc"], ["1", "22", "333"]], dtype=np.object_)
    if datatype == "BOOL":
        return np.array([[True, False, True], [False, False, True]])
    bounds = np.finfo(KINDS[datatype]) if datatype.startswith("FP") else np.iinfo(KINDS[datatype])
    return np.array([[bounds.min, bounds.max, 0], [1, 2, 3]], dtype=KINDS[datatype])


def bytes_of(array):
    """Texts as the client gives them back."""
    return np.array([[each.encode() for each in row] for row in array], dtype=np.object_) if array.dtype == np.object_ else array


async def wait(answer):
    """What a client answers, blocking or not."""
    return await answer if inspect.isawaitable(answer) else answer


async def checked(report, what, test):
    """As Report.check, of a test that may wait."""
    try:
        left_out, error = await wait(test()), None
    except Exception as raised:  # the report is the place where a failure of any kind ends
        left_out, error = None, raised

    def outcome():
        if error:
            raise error
        return left_out

    report.check(what, outcome)


def push(features):
    frame = {"visitor": ["ann", "bob"], "visits": [7, 3], "event_timestamp": ["2026-01-01T00:00:00Z"] * 2}
    is_that(post(f"{features}/push", {"push_source_name": "visitors", "df": frame, "to": "online"})[0], 200)
