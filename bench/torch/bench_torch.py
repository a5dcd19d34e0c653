"""PyTorch's side of the benchmark: reads tasks as JSON from stdin, prints measurements as JSON.

Each task is a language model (embedding, recurrent layers, dense head, cross entropy; sgd or adam) or its forward pass,
as webgpu-rnn measures it, with the same weights and chunks, which lie in files. Its first loss is compared before
anything is timed. Variants: the CPU, and cuDNN on CUDA in full f32, with TF32, and in bf16.
"""

import json
import math
import struct
import sys
import time

import torch
from torch import nn

MOST_STEPS = 1000


def read_tensors(file):
    """The tensors of a safetensors file by name: an 8-byte length, a JSON header, raw data."""
    with open(file, "rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(length))
        data = bytearray(stream.read())
    dtypes = {"F32": torch.float32, "I32": torch.int32}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        count = math.prod(entry["shape"])
        dtype = dtypes[entry["dtype"]]
        flat = torch.frombuffer(data, dtype=dtype, count=count, offset=start)
        assert end - start == 4 * count, name
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


class LanguageModel(nn.Module):
    """ids [T,N] or features [T,N,D] to logits [T·N,V], with the states after the chunk."""

    def __init__(self, work, cell):
        super().__init__()
        self.embedding = nn.Embedding(work["V"], work["D"]) if work["input"] == "tokens" else None
        layer = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[cell]
        # torch's own dropout lies between layers; that before the first and after the last is added here.
        rate = work["dropout"]
        between = rate if work["layers"] > 1 else 0.0
        self.recurrent = layer(work["D"], work["H"], num_layers=work["layers"], dropout=between)
        self.dropout = nn.Dropout(rate)
        self.head = nn.Linear(work["H"], work["V"])
        if work["tied"]:
            self.head.weight = self.embedding.weight

    def forward(self, x, states):
        rows = x if self.embedding is None else self.embedding(x)
        y, states = self.recurrent(self.dropout(rows), states)
        return self.head(self.dropout(y)).flatten(0, 1), states


def detached(states):
    return tuple(s.detach() for s in states) if isinstance(states, tuple) else states.detach()


class Data:
    """A model with its weights set, and its chunks, on a device."""

    def __init__(self, work, cell, file, device, dtype):
        tensors = read_tensors(file)
        self.labels = [row.to(device=device, dtype=torch.int64) for row in tensors.pop("labels")]
        if "x" in tensors:
            self.chunks = [x.to(device=device, dtype=dtype) for x in tensors.pop("x")]
        else:
            self.chunks = [ids.to(device=device, dtype=torch.int64) for ids in tensors.pop("ids")]
        self.model = LanguageModel(work, cell)
        if work["tied"]:
            tensors["head.weight"] = tensors["embedding.weight"]
        # Strict: a name or shape that differs is an error.
        self.model.load_state_dict(tensors)
        self.model.to(device=device, dtype=dtype)

    @torch.no_grad()
    def first_loss(self):
        """Of the first chunk, without dropout."""
        self.model.eval()
        logits, _ = self.model(self.chunks[0], None)
        return float(nn.functional.cross_entropy(logits.float(), self.labels[0]))


def make_block(task, data, rates, device):
    """A function that runs so many steps and reads the last loss back."""
    work, mode = task["work"], task["mode"]
    model, chunks, labels = data.model, data.chunks, data.labels
    loss_of = nn.CrossEntropyLoss()
    rate = rates[work["optimizer"]]
    on_gpu = {"fused": True} if device == "cuda" else {}
    if work["optimizer"] == "adam":
        optimizer = torch.optim.Adam(model.parameters(), lr=rate, eps=1e-7, **on_gpu)
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    carried = {"states": None, "done": 0}

    def train_step():
        at = carried["done"] % len(chunks)
        optimizer.zero_grad(set_to_none=True)
        logits, states = model(chunks[at], carried["states"])
        loss = loss_of(logits.float(), labels[at])
        loss.backward()
        optimizer.step()
        carried["states"] = detached(states)
        carried["done"] += 1
        return loss.detach()

    @torch.no_grad()
    def forward_step():
        at = carried["done"] % len(chunks)
        logits, carried["states"] = model(chunks[at], carried["states"])
        carried["done"] += 1
        return logits if mode == "single" else loss_of(logits.float(), labels[at])

    model.train(mode == "train")
    step = train_step if mode == "train" else forward_step

    def block(steps):
        result = None
        for _ in range(steps):
            result = step()
        return float(result.reshape(-1)[0])

    return block


def timed(block, steps):
    begun = time.perf_counter()
    block(steps)
    return 1000 * (time.perf_counter() - begun)


class WrongLoss(Exception):
    pass


def check(task, row, loss, device, dtype, tolerance):
    """Compares with the f64 reference on its chunk, and with webgpu-rnn on the whole one where that is longer."""
    checked = task["checked"]
    reference = task["reference"]
    if checked is None:
        first = loss
    else:
        first = Data(checked["work"], task["cell"], checked["file"], device, dtype).first_loss()
    row["lossDifference"] = abs(first - reference)
    # Written so that NaN counts as wrong.
    if not row["lossDifference"] <= tolerance:
        raise WrongLoss(f"computes another loss: {first}, expected {reference} to {tolerance}")
    whole = task["whole"]
    if checked is None or whole is None:
        return
    difference = abs(loss - whole["loss"])
    row["wholeChunk"] = {"difference": difference, "against": whole["against"]}
    if not difference <= tolerance:
        raise WrongLoss(f"computes the loss {loss} of the whole chunk, and {whole['against']} {whole['loss']}")


def measure(task, row, rates, method, device, dtype, tolerance):
    data = Data(task["work"], task["cell"], task["file"], device, dtype)
    row["firstLoss"] = data.first_loss()
    check(task, row, row["firstLoss"], device, dtype, tolerance)
    begun = time.perf_counter()
    data = Data(task["work"], task["cell"], task["file"], device, dtype)
    block = make_block(task, data, rates, device)
    block(1)
    row["firstStep"] = 1000 * (time.perf_counter() - begun)
    steps, last = 1, 0.0
    for _ in range(max(2, method["warmup"])):
        last = timed(block, steps) / steps
        if last > 100:
            break
        steps = max(1, min(MOST_STEPS, int(1.2 * method["blockMilliseconds"] / max(last, 1e-3)) + 1))
    times, spent = [], 0.0
    for run in range(method["runs"]):
        if run >= 3 and spent > method["budget"]:
            break
        time_of_block = timed(block, steps)
        spent += time_of_block
        times.append(time_of_block / steps)
    row["times"] = times


def variants():
    """(engine, device, dtype, whether products may use TF32)"""
    yield "torch cpu", "cpu", torch.float32, False
    if torch.cuda.is_available():
        yield "torch cuda", "cuda", torch.float32, False
        yield "torch cuda tf32", "cuda", torch.float32, True
        yield "torch cuda bf16", "cuda", torch.bfloat16, True


def main():
    request = json.load(sys.stdin)
    measurements = []
    for engine, device, dtype, tf32 in variants():
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.backends.cudnn.allow_tf32 = tf32
        tolerance = request["tolerances"]["bf16" if dtype == torch.bfloat16 else "tf32" if tf32 else "f32"]
        for index, task in enumerate(request["tasks"]):
            row = {"task": index, "engine": engine}
            try:
                measure(task, row, request["learningRates"], request["method"], device, dtype, tolerance)
            except (RuntimeError, ValueError, AssertionError, WrongLoss) as error:
                row["reason"] = (str(error) or repr(error)).strip().split("\n")[0][:300]
            measurements.append(row)
            if device == "cuda":
                torch.cuda.empty_cache()
    json.dump(measurements, sys.stdout)


if __name__ == "__main__":
    main()
