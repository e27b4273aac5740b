"""The models of the suite, written as ONNX by hand: what protobuf needs of its form is little, and nothing has to be installed for it.

Fields and their numbers: onnx/onnx.proto, IR version 9.
"""

import hashlib
import struct

# Datatype of the protocol to ONNX's TensorProto.DataType.
TYPES = {
    "BOOL": 9, "UINT8": 2, "UINT16": 4, "UINT32": 12, "UINT64": 13, "INT8": 3, "INT16": 5, "INT32": 6, "INT64": 7,
    "FP16": 10, "FP32": 1, "FP64": 11, "BYTES": 8,
}  # fmt: skip
IR_VERSION = 9
OPSET = 18


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    """A number, or a length in front of bytes or text."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def value_info(name, element, shape):
    """A graph's input or output; a size that is a text is open."""
    dims = b"".join(field(1, field(2, size) if isinstance(size, str) else field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, element) + field(2, dims)))


def node(operator, inputs, outputs):
    return b"".join(field(1, name) for name in inputs) + b"".join(field(2, name) for name in outputs) + field(4, operator)


def model(nodes, inputs, outputs, constants=()):
    graph = b"".join(field(1, each) for each in nodes) + field(2, "graph") + b"".join(field(5, each) for each in constants)
    graph += b"".join(field(11, each) for each in inputs) + b"".join(field(12, each) for each in outputs)
    return field(1, IR_VERSION) + field(7, graph) + field(8, field(2, OPSET))


def identity(element):
    """in [n, 3] to out [n, 3]."""
    return model([node("Identity", ["in"], ["out"])], [value_info("in", element, ["n", 3])], [value_info("out", element, ["n", 3])])


def times(factor):
    """x [n, 2] FP32 to y, each element so many times."""
    constant = field(1, 1) + field(2, TYPES["FP32"]) + field(8, "factor") + field(9, struct.pack("<f", factor))
    tensor = [value_info(name, TYPES["FP32"], ["n", 2]) for name in ("x", "y")]
    return model([node("Mul", ["x", "factor"], ["y"])], tensor[:1], tensor[1:], [constant])


def publish(folder, name, version, onnx, more=""):
    place = folder / name / version
    place.mkdir(parents=True, exist_ok=True)
    (place / "model.onnx").write_bytes(onnx)
    digest = hashlib.sha256(onnx).hexdigest()
    (place / "model.yaml").write_text(
        f'kind: Model\nname: {name}\nversion: "{version}"\nengine: onnxruntime\nfile: model.onnx\ndigest: {digest}\n{more}'
    )


def write(folder):
    for datatype, element in TYPES.items():
        publish(folder, datatype.lower(), "1", identity(element))
    publish(folder, "times", "1", times(2))
    publish(folder, "times", "2", times(3))
    publish(
        folder,
        "visits",
        "1",
        times(10),
        'inputs:\n  - {name: x, type: float32, columns: [{feature: "visitors:visits"}, {request: basket}]}\noutput: {name: y, column: 0}\n',
    )
