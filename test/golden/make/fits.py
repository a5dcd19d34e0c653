# Whole trainings by torch: weights of samples and classes, masks, penalties, clipping, several outputs, validation.
import math

import torch
import torch.nn.functional as F

from cells import gru_step, walk

N, T, D, H, V = 10, 4, 3, 5, 3
BATCH, EPOCHS = 4, 3


def cases(goldens):
    goldens.add("fit-classes", "fit", CLASSES, classes_data, classes)
    goldens.add("fit-two-outputs", "fit", TWO, two_data, two)


def weights_of(t):
    """The weights by name, ready to be trained."""
    return {k[2:]: v.clone().requires_grad_(True) for k, v in t.items() if k.startswith("w.")}


def batches(t):
    """Samples in their order; the last batch is smaller."""
    for first in range(0, N, BATCH):
        yield {k[3:]: v[first : first + BATCH] for k, v in t.items() if k.startswith("in.") and len(v) == N}


def trained(t, step, optimizer, after_epoch, clip=None):
    """
    EPOCHS passes; step(w, batch) gives the loss and what the epoch averages, as name: (sum, count). The loss of an epoch
    counts each batch by its samples, as Keras does.
    """
    w = weights_of(t)
    updates = optimizer(list(w.values()))
    history = {}
    for _ in range(EPOCHS):
        sums = {}
        for batch in batches(t):
            updates.zero_grad()
            loss, counted = step(w, batch)
            loss.backward()
            if clip:
                torch.nn.utils.clip_grad_norm_(w.values(), clip)
            updates.step()
            size = len(batch["x"])
            for name, (total, count) in {"loss": (loss.detach() * size, size), **counted}.items():
                before = sums.get(name, (0, 0))
                sums[name] = (before[0] + total, before[1] + count)
        means = {name: total / count for name, (total, count) in sums.items()}
        with torch.no_grad():
            means.update(after_epoch(w))
        for name, value in means.items():
            history.setdefault(name, []).append(float(value))
    return {**history, **{f"after.{name}": value for name, value in w.items()}}


def initial(r, **shapes):
    return {f"w.{name}": r.normal(*shape, scale=1 / math.sqrt(H)) for name, shape in shapes.items()}


# A classifier: an LSTM's last output, logits, weights of samples and classes, a penalty, a norm that is clipped.

CLASSES = {
    "epochs": EPOCHS,
    "batchSize": BATCH,
    "units": H,
    "classes": V,
    "classWeight": [1.0, 2.0, 0.5],
    "l2": 0.01,
    "learningRate": 0.02,
    "epsilon": 1e-8,
    "globalClipNorm": 0.5,
}


def classes_data(r):
    lstm = {"lstm/kernel": (D, 4 * H), "lstm/recurrent_kernel": (H, 4 * H), "lstm/bias": (4 * H,)}
    return {
        "in.x": r.normal(N, T, D),
        "in.y": r.integers(V, N),
        "in.weight": r.uniform(N, low=0.5, high=2),
        "in.validation_x": r.normal(7, T, D),
        "in.validation_y": r.integers(V, 7),
        **initial(r, **lstm, **{"dense/kernel": (H, V), "dense/bias": (V,)}),
    }


def logits(w, x):
    zeros = torch.zeros(4 * H, dtype=x.dtype)
    h = c = torch.zeros(len(x), H, dtype=x.dtype)
    for t in range(T):
        kernels = w["lstm/kernel"].T, w["lstm/recurrent_kernel"].T
        h, c = torch.lstm_cell(x[:, t], (h, c), *kernels, w["lstm/bias"], zeros)
    return F.linear(h, w["dense/kernel"].T, w["dense/bias"])


def classes(t):
    by_class = torch.tensor(CLASSES["classWeight"])
    penalty = lambda w: CLASSES["l2"] * (w["lstm/kernel"] ** 2).sum()

    def step(w, batch):
        x, y = logits(w, batch["x"]), batch["y"].long()
        weights = batch["weight"] * by_class[y].to(x.dtype)
        loss = (F.cross_entropy(x, y, reduction="none") * weights).mean() + penalty(w)
        right = (x.argmax(-1) == y).to(x.dtype)
        weighted = ((right * weights).sum(), weights.sum())
        return loss, {"accuracy": (right.sum(), len(y)), "sparse_categorical_accuracy": weighted}

    def validated(w):
        x, y = logits(w, t["in.validation_x"]), t["in.validation_y"].long()
        loss = F.cross_entropy(x, y) + penalty(w)
        return {"val_loss": loss, "val_accuracy": (x.argmax(-1) == y).double().mean()}

    adam = lambda p: torch.optim.Adam(p, CLASSES["learningRate"], eps=CLASSES["epsilon"])
    return trained(t, step, adam, validated, clip=CLASSES["globalClipNorm"])


# Two outputs above a masked GRU: tags of steps, and two numbers from the mean of the steps that count.

TWO = {
    "epochs": EPOCHS,
    "batchSize": BATCH,
    "units": H,
    "classes": V,
    "lossWeights": [0.7, 0.3],
    "learningRate": 0.01,
    "rho": 0.9,
    "epsilon": 1e-6,
}


def two_data(r):
    gru = {"gru/kernel": (D, 3 * H), "gru/recurrent_kernel": (H, 3 * H), "gru/bias": (2, 3 * H)}
    heads = {"tags/kernel": (H, V), "tags/bias": (V,), "value/kernel": (H, 2), "value/bias": (2,)}
    return {
        "in.x": r.normal(N, T, D),
        "in.lengths": r.integers(T, N) + 1,
        "in.tags": r.integers(V, N, T),
        "in.value": r.normal(N, 2),
        "in.tag_weight": r.uniform(N, T, low=0.5, high=2),
        "in.value_weight": r.uniform(N, low=0.5, high=2),
        **initial(r, **gru, **heads),
    }


def two(t):
    def step(w, batch):
        x = batch["x"]
        mask = torch.arange(T)[None] < batch["lengths"][:, None]
        counts = mask.to(x.dtype)
        cell = {name.split("/")[1]: v for name, v in w.items() if name.startswith("gru/")}
        y, _ = walk(gru_step, cell, x, (torch.zeros(len(x), H, dtype=x.dtype),), {}, mask)
        scores = F.linear(y, w["tags/kernel"].T, w["tags/bias"]).transpose(1, 2)
        of_tags = F.cross_entropy(scores, batch["tags"].long(), reduction="none")
        of_tags = (of_tags * batch["tag_weight"] * counts).sum() / counts.sum()
        mean = y.sum(1) / counts.sum(1, keepdim=True)
        value = F.linear(mean, w["value/kernel"].T, w["value/bias"])
        of_value = (((value - batch["value"]) ** 2).mean(-1) * batch["value_weight"]).mean()
        return TWO["lossWeights"][0] * of_tags + TWO["lossWeights"][1] * of_value, {}

    rmsprop = lambda p: torch.optim.RMSprop(p, TWO["learningRate"], alpha=TWO["rho"], eps=TWO["epsilon"])
    return trained(t, step, rmsprop, lambda w: {})
