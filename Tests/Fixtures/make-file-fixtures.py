"""Writes Tests/InterchangeTests/FileFixtures.swift: files that PyTorch and NumPy wrote, compressed, as Swift literals.

Run with a Python that has torch and numpy:  python make-file-fixtures.py > ../InterchangeTests/FileFixtures.swift
"""
import base64, collections, gzip, io, os, struct, warnings, zipfile

import numpy as np
import torch
from torch import nn

warnings.filterwarnings("ignore")
files = {}


def torch_bytes(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def everything():
    base = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    value = collections.OrderedDict()
    value["base"] = base
    value["transposed"] = base.t()
    value["row"] = base[1]
    value["column"] = base[:, 1]
    value["expanded"] = base[0].expand(4, 3)
    value["scalar"] = torch.tensor(7)
    value["empty"] = torch.zeros(0, 3)
    value["parameter"] = nn.Parameter(torch.full((2,), 0.5))
    types = {}
    for name in ["float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8"]:
        types[name] = torch.arange(5).to(getattr(torch, name))
    types["bool"] = torch.tensor([True, False, True])
    value["types"] = types
    value["numbers"] = [0, 1, 255, 256, 65535, 65536, -1, -5, 2**31 - 1, -(2**31), 2**40, -(2**40), 2**63 - 1, -(2**63)]
    value["floats"] = (0.1, -1.5e300, float("inf"))
    value["flags"] = [True, False, None]
    value["texts"] = {"": "empty", "ä": "umlaut 🐦", 3: "three", (1, "a"): "tuple", None: "none", 1.5: "number"}
    value["set"] = {4}
    value["size"] = base.shape
    value["device"] = torch.device("cuda:1")
    value["dtype"] = torch.bfloat16
    value["bytes"] = b"ab\xff\x00"
    value["bytearray"] = bytearray(b"xyz")
    value["nested"] = [[(), []], {"a": {"b": (1, (2, (3,)))}}]
    value["counter"] = collections.Counter("aab")
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    model[1].num_batches_tracked += 41
    value["model"] = model.state_dict()
    return value


def big_endian(contents):
    """The same archive as a big-endian machine writes it."""
    source, buffer = zipfile.ZipFile(io.BytesIO(contents)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith("byteorder"):
                content = b"big"
            elif "/data/" in entry.filename:
                content = np.frombuffer(content, "<f4").astype(">f4").tobytes()
            target.writestr(entry.filename, content)
    return buffer.getvalue()


files["everything"] = torch_bytes(everything())
files["everythingOlderFormat"] = torch_bytes(everything(), _use_new_zipfile_serialization=False)
files["everythingProtocol4"] = torch_bytes(everything(), pickle_protocol=4)
files["bigEndian"] = big_endian(torch_bytes({"x": torch.tensor([1.0, -2.5, 3e10])}))

quantized = torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)
files["sparse"] = torch_bytes({"x": torch.eye(3).to_sparse()})
files["sparseRows"] = torch_bytes({"x": torch.eye(3).to_sparse_csr()})
files["quantized"] = torch_bytes({"x": quantized})
files["complexTensor"] = torch_bytes({"x": torch.ones(3, dtype=torch.complex64)})
files["complexNumber"] = torch_bytes({"x": 1j})
files["unsignedTensor"] = torch_bytes({"x": torch.ones(3, dtype=torch.uint16)})
files["metaTensor"] = torch_bytes({"x": torch.ones(3, device="meta")})
files["largeInteger"] = torch_bytes({"x": 2**63})
files["wholeModel"] = torch_bytes(nn.Linear(3, 2))
files["numpyArray"] = torch_bytes({"x": np.ones(3)})


class Evil:
    def __reduce__(self):
        return os.system, ("touch this-file-was-run",)


files["evil"] = torch_bytes({"x": Evil()})
files["evilOlderFormat"] = torch_bytes({"x": Evil()}, _use_new_zipfile_serialization=False)
script = io.BytesIO()
torch.jit.save(torch.jit.script(nn.Linear(2, 2)), script)
files["script"] = script.getvalue()


def training(make_optimizer):
    """A checkpoint after three steps, and what two more steps make of it."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    optimizer = make_optimizer(model)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)
    x, y = torch.randn(8, 4), torch.randn(8, 2)

    def step():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        return loss.item()

    for _ in range(3):
        step()
    checkpoint = {
        "model_state_dict": model.state_dict(), "optimizer_state_dict": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(), "rng_state": torch.get_rng_state(), "epoch": 3, "x": x, "y": y}
    contents = torch_bytes(checkpoint)
    checkpoint_values = [step(), step()]
    random = torch.rand(2).tolist()
    return contents, checkpoint_values, random, model[2].bias.tolist()


results = {}
for name, make in [
    ("adamTraining", lambda m: torch.optim.Adam(m.parameters(), lr=0.01)),
    ("momentumTraining", lambda m: torch.optim.SGD(
        [{"params": m[0].parameters()}, {"params": m[2].parameters(), "lr": 0.05}], lr=0.1, momentum=0.9)),
]:
    files[name], *results[name] = training(make)


def npy(array, version=None):
    buffer = io.BytesIO()
    if version is None:
        np.save(buffer, array)
    else:
        np.lib.format.write_array(buffer, array, version=version)
    return buffer.getvalue()


arrays = {
    "npyFloat32": np.arange(6, dtype="f4").reshape(2, 3),
    "npyFloat64": np.array([0.5, -1e300]),
    "npyFloat16": np.array([0.5, 65504], dtype="f2"),
    "npyInt8": np.array([-128, 127], dtype="i1"),
    "npyInt16": np.array([-32768, 32767], dtype="i2"),
    "npyInt32": np.array([-2**31, 2**31 - 1], dtype="i4"),
    "npyInt64": np.array([-2**63, 2**63 - 1], dtype="i8"),
    "npyUInt8": np.array([0, 255], dtype="u1"),
    "npyBool": np.array([True, False, True]),
    "npyBigEndian": np.array([1.5, -2.5, 3e30], dtype=">f8"),
    "npyBigEndianInteger": np.array([1, -2, 300], dtype=">i4"),
    "npyFortran": np.asfortranarray(np.arange(24, dtype="f4").reshape(2, 3, 4)),
    "npyScalar": np.array(2.5, dtype="f4"),
    "npyEmpty": np.zeros((0, 3), dtype="f4"),
    "npyUInt32": np.array([1], dtype="u4"),
    "npyComplex": np.array([1j]),
    "npyText": np.array(["abc"]),
    "npyFields": np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]),
    "npyDate": np.array(["2020-01-01"], dtype="M8[D]"),
}
for name, array in arrays.items():
    files[name] = npy(array)
files["npyObjects"] = npy(np.array([{"a": 1}], dtype=object))
files["npyVersion2"] = npy(np.arange(6, dtype="f4").reshape(2, 3), (2, 0))
files["npyVersion3"] = npy(np.arange(6, dtype="f4").reshape(2, 3), (3, 0))


def npz(save):
    buffer = io.BytesIO()
    save(buffer, x=np.arange(6, dtype="f4").reshape(2, 3), y=np.arange(1000), empty=np.zeros((2, 0)), scalar=np.array(True))
    return buffer.getvalue()


files["npzStored"] = npz(np.savez)
files["npzCompressed"] = npz(np.savez_compressed)

header = b'{"__metadata__":{"format":"pt","author":"someone"},"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},' \
    b'"b":{"dtype":"F32","shape":[2],"data_offsets":[3,11]},"c":{"dtype":"BOOL","shape":[],"data_offsets":[11,12]}}'
files["safetensors"] = struct.pack("<Q", len(header)) + header + bytes([1, 2, 3]) + struct.pack("<2f", 0.5, -2) + b"\x07"

print("// Made by Tests/Fixtures/make-file-fixtures.py with torch", torch.__version__.split("+")[0], "and numpy", np.__version__ + ".")
print("\nimport Foundation\n\n@testable import Interchange\n")
print("/// Files that PyTorch and NumPy wrote, compressed by gzip, in base 64.")
print("enum FileFixtures {")
print("  static func bytes(_ text: String) throws -> [UInt8] {")
print("    try Gzip.decompress([UInt8](Data(base64Encoded: text) ?? Data()), file: \"fixture\")")
print("  }\n")
print("  typealias Results = (losses: [Double], random: [Double], bias: [Double])\n")
for name, numbers in results.items():
    losses, random, bias = numbers
    print(f"  /// The losses of the two steps after it, two random numbers after those, the last layer's bias at the end.")
    print(f"  static let {name}Results: Results = ({losses}, {random}, {bias})\n")
for name, contents in files.items():
    text = base64.b64encode(gzip.compress(contents, 9, mtime=0)).decode()
    lines = [text[i:i + 112] for i in range(0, len(text), 112)]
    if len(lines) == 1:
        print(f'  static let {name} = "{text}"')
    else:
        print(f'  static let {name} = """')
        for line in lines[:-1]:
            print(f"    {line}\\")
        print(f"    {lines[-1]}")
        print('    """')
print("}")
