# Writes golden cases in the format rnn-goldens/1: tensors to safetensors files, and what they are to a manifest.
import json
import pathlib
import struct
import zlib

import numpy as np
import torch

FORMAT = "rnn-goldens/1"
NAMES = {"float64": "F64", "float32": "F32", "int32": "I32"}


class Goldens:
    """Collects cases in a folder; every case is computed in float64, and in float32 to see how far that is off."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.cases = []

    def add(self, id, kind, attrs, make, compute, stored=()):
        """
        make(random) gives the inputs as numpy arrays by their stored names (`in.x`, `w.kernel`, `up.y`); compute(t) gives
        the results by theirs without `exp.`, `t` being the inputs as torch tensors of one precision. The seed is a
        hash of the id, so that a new case moves no other.
        """
        seed = zlib.crc32(id.encode())
        inputs = {name: as_stored(value) for name, value in make(Random(seed)).items()}
        exact = results(inputs, compute, torch.float64)
        rough = results(inputs, compute, torch.float32)
        tensors = {**{f"exp.{name}": value for name, value in exact.items()}, **inputs}
        file = f"{id}.safetensors"
        size = write(self.folder / file, tensors)
        error = {name: digits(largest(rough[name] - exact[name])) for name in exact}
        magnitude = {name: digits(largest(exact[name])) for name in exact}
        entry = {"id": id, "kind": kind, "file": file, "bytes": size, "seed": seed, "attrs": attrs}
        self.cases.append({**entry, "f32_err": error, "max_abs": magnitude})

    def finish(self, versions):
        """Writes the manifest, a case a line."""
        head = {"format": FORMAT, "set": "own", "generator": "make/all.py", **versions}
        head["n_cases"] = len(self.cases)
        head["bytes"] = sum(case["bytes"] for case in self.cases)
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        text = f'{json.dumps(head)[:-1]}, "cases": [\n{lines}\n]}}\n'
        (self.folder / "manifest.json").write_text(text)


class Random:
    """Numbers of one case."""

    def __init__(self, seed):
        self.source = np.random.default_rng(seed)

    def normal(self, *shape, scale=1.0):
        return (scale * self.source.standard_normal(shape)).astype(np.float32)

    def uniform(self, *shape, low=0.0, high=1.0):
        return self.source.uniform(low, high, shape).astype(np.float32)

    def integers(self, high, *shape):
        return self.source.integers(0, high, shape).astype(np.int32)

    def chosen(self, values, *shape):
        return self.source.choice(np.asarray(values, dtype=np.float32), shape)


def results(inputs, compute, dtype):
    given = {name: torch.from_numpy(value.copy()) for name, value in inputs.items()}
    given = {name: t.to(dtype) if t.is_floating_point() else t for name, t in given.items()}
    found = compute(given)
    plain = lambda value: value.detach() if isinstance(value, torch.Tensor) else value
    return {name: np.asarray(plain(value), dtype=np.float64) for name, value in found.items()}


def slopes(scalar, leaves):
    """The gradients of a scalar over tensors by name, as `grad.<name>`."""
    found = torch.autograd.grad(scalar, list(leaves.values()), allow_unused=True)
    zeros = [torch.zeros_like(t) for t in leaves.values()]
    return {f"grad.{name}": zero if g is None else g for name, g, zero in zip(leaves, found, zeros)}


def leaves_of(t, prefixes=("in.", "w.")):
    """All floating inputs and weights, ready to be differentiated, by their names without the prefix."""
    found = {}
    for name, value in t.items():
        prefix = next((p for p in prefixes if name.startswith(p)), None)
        if prefix and value.is_floating_point():
            found[name[len(prefix):]] = value.requires_grad_(True)
    return found


def as_stored(value):
    array = np.asarray(value)
    kind = np.int32 if np.issubdtype(array.dtype, np.integer) else np.float32
    return np.require(array.astype(kind), requirements=["C"])  # A scalar keeps its shape [].


def write(path, tensors):
    """A safetensors file, float64 first, then float32, then int32, the data aligned to 8 bytes."""
    order = sorted(tensors, key=lambda name: list(NAMES).index(tensors[name].dtype.name))
    header, offset = {}, 0
    for name in order:
        array = tensors[name]
        end = offset + array.nbytes
        shape = list(array.shape)
        header[name] = {"dtype": NAMES[array.dtype.name], "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = b"".join(tensors[name].astype(tensors[name].dtype.newbyteorder("<")).tobytes() for name in order)
    whole = struct.pack("<Q", len(text)) + text + data
    path.write_bytes(whole)
    return len(whole)


def largest(array):
    return float(np.max(np.abs(array))) if array.size else 0.0


def digits(x):
    return float(f"{x:.2g}")
