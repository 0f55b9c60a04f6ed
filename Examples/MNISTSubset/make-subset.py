#!/usr/bin/env python3
"""Makes data/: the first 6,000 training and 1,000 test images of MNIST, with their labels, as gzipped IDX files.

    ./make-subset.py FOLDER

FOLDER holds the four files of MNIST (train-images-idx3-ubyte.gz and so on). Needs `gzip` on the PATH; its `-n`
leaves out name and time, so that the same input makes the same bytes.
"""
import gzip
import pathlib
import struct
import subprocess
import sys

COUNTS = {"train": 6000, "t10k": 1000}


def subset(content: bytes, count: int) -> bytes:
    """The IDX file with only its first `count` items."""
    zeros, element, rank = struct.unpack(">HBB", content[:4])
    assert zeros == 0 and element == 8, "not an IDX file of unsigned bytes"
    shape = struct.unpack(f">{rank}I", content[4 : 4 + 4 * rank])
    assert shape[0] >= count
    item = 1
    for extent in shape[1:]:
        item *= extent
    start = 4 + 4 * rank
    header = content[:4] + struct.pack(f">{rank}I", count, *shape[1:])
    return header + content[start : start + count * item]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    target = pathlib.Path(__file__).resolve().parent / "data"
    target.mkdir(exist_ok=True)
    for split, count in COUNTS.items():
        for kind in ("images-idx3", "labels-idx1"):
            name = f"{split}-{kind}-ubyte.gz"
            content = subset(gzip.decompress((source / name).read_bytes()), count)
            packed = subprocess.run(["gzip", "-9", "-n"], input=content, stdout=subprocess.PIPE, check=True).stdout
            (target / name).write_bytes(packed)
            print(f"{name}: {len(packed):,} bytes")


if __name__ == "__main__":
    main()
