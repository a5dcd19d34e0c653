# Losses with gradients, weights and masks: by torch's functions where there are, else by the equations that Keras documents.
import itertools

import numpy as np
import torch
import torch.nn.functional as F

from fixtures import leaves_of, slopes

N, T, C = 3, 4, 5


def cases(goldens):
    reductions = itertools.cycle(["sumOverBatchSize", "meanWithSampleWeight", "sum"])
    for (name, (className, config, make, row_losses)), reduction in zip(LOSSES.items(), reductions):
        one(goldens, name, className, {**config, "reduction": reduction}, make, row_losses)
    crf(goldens)
    decoded(goldens)


def one(goldens, name, className, config, make, row_losses):
    """Losses of rows [N,T], weighted by sample and masked by step, as one number; Keras 3: weights are not in the divisor."""

    def with_weights(r):
        mask = (r.uniform(N, T) > 0.3).astype("int32")
        return {**make(r), "in.weight": r.uniform(N, low=0.5, high=2), "in.mask": mask}

    def compute(t):
        leaves = {"x": t["in.x"].requires_grad_(True)}
        losses = row_losses(t["in.x"], t["in.target"])
        counts = t["in.mask"].to(losses.dtype)
        if "ignoreClass" in config:
            counts = counts * (t["in.target"] != config["ignoreClass"])
        weights = counts * t["in.weight"][:, None]
        reduction = config["reduction"]
        # What nothing counts of may be infinite or undefined by itself.
        losses = torch.where(counts == 0, torch.zeros_like(losses), losses)
        divisor = {"sum": 1, "sumOverBatchSize": counts.sum(), "meanWithSampleWeight": weights.sum()}[reduction]
        loss = (losses * weights).sum() / divisor
        return {"rows": losses, "loss": loss, **slopes(loss, leaves)}

    goldens.add(f"row-loss-{name}", "row-loss", {"className": className, "config": config}, with_weights, compute)


# What goes in.


def numbers(r):
    return {"in.x": r.normal(N, T, C, scale=1.5), "in.target": r.normal(N, T, C)}


def positive(r):
    return {"in.x": r.uniform(N, T, C, low=0.2, high=3), "in.target": r.uniform(N, T, C, low=0.1, high=4)}


def signs(r):
    return {"in.x": r.normal(N, T, C), "in.target": r.chosen([-1, 1], N, T, C)}


def bits(logits):
    def make(r):
        x = r.normal(N, T, C, scale=2) if logits else r.uniform(N, T, C, low=0.05, high=0.95)
        return {"in.x": x, "in.target": r.chosen([0, 1], N, T, C)}

    return make


def softmaxed(x):
    e = np.exp(x)
    return (e / e.sum(-1, keepdims=True)).astype(np.float32)


def distributions(r):
    return {"in.x": softmaxed(r.normal(N, T, C)), "in.target": softmaxed(r.normal(N, T, C))}


def one_hot(logits):
    def make(r):
        x = r.normal(N, T, C, scale=1.5)
        return {"in.x": x if logits else softmaxed(x), "in.target": np.eye(C)[r.integers(C, N, T)]}

    return make


def labels(logits, logarithm=False):
    def make(r):
        x = r.normal(N, T, C, scale=1.5)
        target = r.integers(C, N, T)
        return {"in.x": np.log(softmaxed(x)) if logarithm else x if logits else softmaxed(x), "in.target": target}

    return make


# The losses of rows.


def mean(f):
    return lambda x, t: f(x, t).mean(-1)


def chosen(p, t):
    return p.gather(-1, t.long()[..., None])[..., 0]


def normalized(p):
    return p / p.sum(-1, keepdim=True)


def smoothed(t, part, classes):
    return t * (1 - part) + part / classes


def binary_focal(x, t, gamma=1.5, alpha=0.3):
    """Lin et al. 2017, eq. 5, with alpha for the positive class."""
    p = torch.sigmoid(x)
    balance = t * alpha + (1 - t) * (1 - alpha)
    right = t * p + (1 - t) * (1 - p)
    return (balance * (1 - right) ** gamma * F.binary_cross_entropy(p, t, reduction="none")).mean(-1)


def categorical_focal(x, t, gamma=2.0, alpha=0.25):
    p = normalized(x)
    return (-alpha * t * (1 - p) ** gamma * torch.log(p)).sum(-1)


def categorical_hinge(x, t):
    """Crammer and Singer as Keras: the largest of the wrong classes against the right one."""
    return torch.relu(1 + ((1 - t) * x).amax(-1) - (t * x).sum(-1))


def nll(x, t):
    return F.nll_loss(x.flatten(0, 1), t.flatten().long(), reduction="none").reshape(t.shape)


LOSSES = {
    "mse": ("MeanSquaredError", {}, numbers, mean(lambda x, t: F.mse_loss(x, t, reduction="none"))),
    "mae": ("MeanAbsoluteError", {}, numbers, mean(lambda x, t: F.l1_loss(x, t, reduction="none"))),
    "mape": ("MeanAbsolutePercentageError", {}, positive, mean(lambda x, t: 100 * (t - x).abs() / t.abs())),
    "msle": (
        "MeanSquaredLogarithmicError",
        {},
        positive,
        mean(lambda x, t: F.mse_loss(torch.log1p(x), torch.log1p(t), reduction="none")),
    ),
    "huber": (
        "Huber",
        {"delta": 0.8},
        numbers,
        mean(lambda x, t: F.huber_loss(x, t, reduction="none", delta=0.8)),
    ),
    "log-cosh": ("LogCosh", {}, numbers, mean(lambda x, t: torch.log(torch.cosh(x - t)))),
    "poisson": (
        "Poisson",
        {},
        positive,
        mean(lambda x, t: F.poisson_nll_loss(x, t, log_input=False, eps=1e-7, reduction="none")),
    ),
    "hinge": ("Hinge", {}, signs, mean(lambda x, t: torch.relu(1 - t * x))),
    "squared-hinge": ("SquaredHinge", {}, signs, mean(lambda x, t: torch.relu(1 - t * x) ** 2)),
    "categorical-hinge": ("CategoricalHinge", {}, one_hot(True), categorical_hinge),
    "cosine": ("CosineSimilarity", {}, numbers, lambda x, t: -F.cosine_similarity(x, t, dim=-1)),
    "kl-divergence": (
        "KLDivergence",
        {},
        distributions,
        lambda x, t: F.kl_div(torch.log(x), t, reduction="none").sum(-1),
    ),
    "binary-smoothed": (
        "BinaryCrossentropy",
        {"fromLogits": True, "labelSmoothing": 0.2},
        bits(True),
        mean(lambda x, t: F.binary_cross_entropy_with_logits(x, smoothed(t, 0.2, 2), reduction="none")),
    ),
    "binary-probabilities": (
        "BinaryCrossentropy",
        {"fromLogits": False},
        bits(False),
        mean(lambda x, t: F.binary_cross_entropy(x, t, reduction="none")),
    ),
    "binary-focal": (
        "BinaryFocalCrossentropy",
        {"fromLogits": True, "gamma": 1.5, "alpha": 0.3, "applyClassBalancing": True},
        bits(True),
        binary_focal,
    ),
    "categorical-smoothed": (
        "CategoricalCrossentropy",
        {"fromLogits": True, "labelSmoothing": 0.1},
        one_hot(True),
        lambda x, t: F.cross_entropy(x.transpose(1, 2), t.transpose(1, 2), reduction="none", label_smoothing=0.1),
    ),
    "categorical-probabilities": (
        "CategoricalCrossentropy",
        {"fromLogits": False},
        distributions,
        lambda x, t: -(t * torch.log(normalized(x))).sum(-1),
    ),
    "categorical-focal": ("CategoricalFocalCrossentropy", {"fromLogits": False}, one_hot(False), categorical_focal),
    "sparse-ignored": (
        "SparseCategoricalCrossentropy",
        {"fromLogits": True, "ignoreClass": 2},
        labels(True),
        lambda x, t: F.cross_entropy(x.transpose(1, 2), t.long(), reduction="none"),
    ),
    "sparse-probabilities": (
        "SparseCategoricalCrossentropy",
        {"fromLogits": False},
        labels(False),
        lambda x, t: -torch.log(chosen(normalized(x), t)),
    ),
    # Zhang and Sabuncu 2018, eq. 6.
    "generalized": (
        "CategoricalGeneralizedCrossEntropy",
        {"q": 0.7},
        labels(False),
        lambda x, t: (1 - chosen(x, t) ** 0.7) / 0.7,
    ),
    "negative-log-likelihood": ("NegativeLogLikelihood", {}, labels(False, logarithm=True), nll),
}


def crf(goldens, K=3):
    """Lafferty et al. 2001 by the scores of all sequences of tags, one by one; rows of `transitions`: tags, start, end."""

    def make(r):
        mask = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [0, 1, 0, 1]])
        tags = r.integers(K, N, T)
        weights = r.uniform(N, low=0.5, high=2)
        transitions = r.normal(K + 2, K)
        scores = r.normal(N, T, K, scale=1.5)
        return {"in.x": scores, "w.transitions": transitions, "in.target": tags, "in.weight": weights, "in.mask": mask}

    def score(x, chain, way):
        total = chain[K, way[0]] + chain[K + 1, way[-1]] + sum(x[i, tag] for i, tag in enumerate(way))
        return total + sum(chain[a, b] for a, b in zip(way, way[1:]))

    def compute(t):
        leaves = leaves_of({k: t[k] for k in ("in.x", "w.transitions")})
        chain, rows, best = leaves["transitions"], [], torch.zeros(N, T)
        for n in range(N):
            steps = [i for i in range(T) if t["in.mask"][n, i] == 1]
            x = leaves["x"][n, steps]
            ways = list(itertools.product(range(K), repeat=len(steps)))
            scores = torch.stack([score(x, chain, way) for way in ways])
            rows.append(torch.logsumexp(scores, 0) - score(x, chain, [int(t["in.target"][n, i]) for i in steps]))
            best[n, steps] = torch.tensor(ways[int(scores.argmax())], dtype=torch.float32)
        loss = (torch.stack(rows) * t["in.weight"]).sum() / N
        return {"tags": best, "rows": torch.stack(rows), "loss": loss, **slopes(loss, leaves)}

    goldens.add("crf-masked-weighted", "crf", {"tag_count": K}, make, compute)


def decoded(goldens, N=4, T=5, K=4):
    """
    What CTC's scores [N,T,K] say, blank 0: the best class of each step without repetitions and blanks, and the most
    probable of all label sequences, the probability of each by torch's ctc_loss. Filled up with -1.
    """

    def filled(labels):
        return list(labels) + [-1] * (T - len(labels))

    def compute(t):
        log_p = torch.log_softmax(t["in.x"], -1)
        greedy, best = [], []
        for n in range(N):
            classes = torch.unique_consecutive(log_p[n].argmax(-1))
            greedy.append(filled([int(c) for c in classes if c != 0]))
            candidates = []
            for S in range(T + 1):
                ways = list(itertools.product(range(1, K), repeat=S))
                targets = torch.tensor(ways) if S else torch.zeros(1, 1, dtype=torch.long)
                scores = log_p[n][:, None].repeat(1, len(ways), 1)
                sizes = torch.full((len(ways),), T), torch.full((len(ways),), S)
                losses = F.ctc_loss(scores, targets, *sizes, reduction="none")
                candidates += [(float(loss), way) for loss, way in zip(losses, ways)]
            best.append(filled(min(candidates)[1]))
        return {"greedy": np.array(greedy), "best": np.array(best)}

    make = lambda r: {"in.x": r.normal(N, T, K)}
    goldens.add("decode-ctc", "decode", {"blank": 0}, make, compute)
