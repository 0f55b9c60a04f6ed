"""Chooses the part of the conformance cases that is committed: for every file its smallest cases, all kinds of them.

    python3 Tests/Fixtures/make-oracle-subset.py FOLDER-OF-ALL-CASES Tests/OracleTests/Cases [BYTES]

The limit is for all files together (default 3,000,000); each file gets the same share, and what small files leave is
shared among the others.
"""

import json
import pathlib
import shutil
import struct
import sys

families = ["ops", "promotion", "programs", "modules", "optim", "lr_scheduler"]


def read_tensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length :]
    return {k: (e["dtype"], e["shape"], body[e["data_offsets"][0] : e["data_offsets"][1]]) for k, e in header.items()}


def write_tensors(path, tensors):
    header, offset = {}, 0
    for key, (dtype, shape, data) in tensors.items():
        header[key] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(d for _, _, d in tensors.values()))


def kind(case):
    """Cases of different kinds test different things, so each kind is kept first."""
    expect = case.get("expect", {})
    return (
        case.get("dtype"),
        case.get("variant"),
        "error" in case,
        "inplace" in case,
        "grads" in expect,
        "grads2" in expect,
    )


def load(source, family, path):
    tensors = read_tensors(path.with_suffix(".safetensors"))
    groups = {}
    for key in tensors:
        groups.setdefault(key.split(".")[0], []).append(key)
    cases = []
    for line in path.read_text().splitlines():
        case = json.loads(line)
        keys = groups.get(case["id"].split("/")[-1], [])
        # A tensor costs its elements and about 70 bytes of header.
        size = len(line) + sum(len(tensors[k][2]) + 70 for k in keys)
        cases.append((size, kind(case), line, keys))
    cases.sort(key=lambda c: c[0])
    seen, first, rest = set(), [], []
    for case in cases:
        (rest if case[1] in seen else first).append(case)
        seen.add(case[1])
    return tensors, first + rest


source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
limit = int(sys.argv[3]) if len(sys.argv) > 3 else 3_000_000
files = []
for family in families:
    for path in sorted((source / family).glob("*.jsonl")):
        files.append((family, path, *load(source, family, path)))

# Files that need less than their share leave it to the others.
need = sorted(sum(c[0] for c in f[3]) for f in files)
share, left = 0, limit
for position, size in enumerate(need):
    share = left / (len(need) - position)
    if size > share:
        break
    left -= size

shutil.rmtree(target, ignore_errors=True)
count = total = 0
for family, path, tensors, cases in files:
    chosen, spent = [], 0
    for case in cases:
        if chosen and spent + case[0] > share:
            continue
        chosen.append(case)
        spent += case[0]
    folder = target / family
    folder.mkdir(parents=True, exist_ok=True)
    (folder / path.name).write_text("".join(c[2] + "\n" for c in chosen))
    keys = {k for c in chosen for k in c[3]}
    write_tensors(folder / (path.stem + ".safetensors"), {k: v for k, v in tensors.items() if k in keys})
    count += len(chosen)
    total += (folder / path.name).stat().st_size + (folder / (path.stem + ".safetensors")).stat().st_size
print(f"{count} cases, {total:,} bytes")
