"""PyTorch's side of the benchmark: reads tasks as JSON from stdin, prints measurements as JSON.

Each task is a language model (embedding, recurrent layers, dense head, cross entropy; sgd or adam) or its forward pass,
as webgpu-rnn measures it. Variants: the CPU, and cuDNN on CUDA in full f32, with TF32, and in bf16.
"""

import json
import sys
import time

import torch
from torch import nn

CHUNKS = 4
MOST_STEPS = 1000


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


def make_block(task, rates, device, dtype):
    """A function that runs so many steps and reads the last loss back."""
    work, cell, mode = task["work"], task["cell"], task["mode"]
    torch.manual_seed(1)
    model = LanguageModel(work, cell).to(device=device, dtype=dtype)
    n, t = (1, 1) if mode == "single" else (work["N"], work["T"])
    if work["input"] == "tokens":
        chunks = [torch.randint(work["V"], (t, n), device=device) for _ in range(CHUNKS)]
    else:
        chunks = [torch.randn(t, n, work["D"], device=device, dtype=dtype)]
    labels = torch.randint(work["V"], (t * n,), device=device)
    loss_of = nn.CrossEntropyLoss()
    rate = rates[work["optimizer"]]
    on_gpu = {"fused": True} if device == "cuda" else {}
    if work["optimizer"] == "adam":
        optimizer = torch.optim.Adam(model.parameters(), lr=rate, eps=1e-7, **on_gpu)
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    carried = {"states": None, "done": 0}

    def train_step():
        x = chunks[carried["done"] % len(chunks)]
        optimizer.zero_grad(set_to_none=True)
        logits, states = model(x, carried["states"])
        loss = loss_of(logits.float(), labels)
        loss.backward()
        optimizer.step()
        carried["states"] = detached(states)
        carried["done"] += 1
        return loss.detach()

    @torch.no_grad()
    def forward_step():
        x = chunks[carried["done"] % len(chunks)]
        logits, carried["states"] = model(x, carried["states"])
        carried["done"] += 1
        return logits if mode == "single" else loss_of(logits.float(), labels)

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


def measure(task, rates, method, device, dtype):
    begun = time.perf_counter()
    block = make_block(task, rates, device, dtype)
    block(1)
    first_step = 1000 * (time.perf_counter() - begun)
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
    return {"times": times, "firstStep": first_step}


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
        for index, task in enumerate(request["tasks"]):
            row = {"task": index, "engine": engine}
            try:
                row.update(measure(task, request["learningRates"], request["method"], device, dtype))
            except (RuntimeError, ValueError) as error:
                row["reason"] = str(error).strip().split("\n")[0][:300]
            measurements.append(row)
            if device == "cuda":
                torch.cuda.empty_cache()
    json.dump(measurements, sys.stdout)


main()
