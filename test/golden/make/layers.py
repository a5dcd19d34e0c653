# Layers that are no recurrent cells, with gradients: by torch's functions where there are, else by the published equations.
import math

import torch
import torch.nn.functional as F

from fixtures import as_stored, leaves_of, slopes

N, T, D = 3, 5, 4


def cases(goldens):
    for name, (className, config, make, compute, *more) in LAYERS.items():
        layer = {"className": className, "config": config}
        one(goldens, f"layer-{name}", {"layer": layer, **(more[0] if more else {})}, make, compute)
    for name, (options, compute) in ACTIVATIONS.items():
        layer = {"className": "Activation", "config": {"activation": name, **options}}
        one(goldens, f"layer-activation-{name}", {"layer": layer}, rows, lambda t, f=compute: f(t["x0"]))


def one(goldens, id, attrs, make, compute):
    """
    A layer in a training plan. compute(t) takes inputs (`x0`, `mask0`) and weights by name and gives the output, or
    outputs by name: `y0`, `y1`; `penalty`, a scalar that is differentiated as well; `after.<weight>`, a weight after the run.
    """

    def run(t):
        found = compute({name.split(".", 1)[1]: v for name, v in t.items() if not name.startswith("up.")})
        return found if isinstance(found, dict) else {"y0": found}

    def with_upstream(r):
        inputs = {name: as_stored(value) for name, value in make(r).items()}
        found = run({name: torch.from_numpy(value) for name, value in inputs.items()})
        return {**inputs, **{f"up.{k}": r.normal(*v.shape) for k, v in found.items() if k in ("y0", "y1")}}

    def differentiated(t):
        leaves = {name: v for name, v in leaves_of(t).items() if not name.startswith("moving_")}
        found = run(t)
        loss = sum((found[k] * t[f"up.{k}"]).sum() for k in ("y0", "y1") if k in found)
        return {**found, **slopes(loss + found.get("penalty", 0), leaves)}

    goldens.add(id, "layer", attrs, with_upstream, differentiated)


# What goes in.


def rows(r):
    return {"in.x0": r.normal(3, 11, scale=2.5)}


def sequence(r):
    return {"in.x0": r.normal(N, T, D)}


def masked(r):
    mask = (r.uniform(N, T) > 0.35).astype("int32")
    mask[:, 1] = 1  # Every sample has a step.
    return {**sequence(r), "in.mask0": mask}


def pair(r):
    return {"in.x0": r.normal(N, T, D), "in.x1": r.normal(N, T, D)}


def with_weights(make, **shapes):
    def more(r):
        return {**make(r), **{f"w.{name}": r.normal(*shape, scale=0.7) for name, shape in shapes.items()}}

    return more


# Normalization.


def batch_norm(t, momentum=0.9, epsilon=1e-3):
    """torch.nn.functional.batch_norm; the averages move by the biased variance, as Keras has it (torch: the unbiased)."""
    x = t["x0"].reshape(-1, D)
    y = F.batch_norm(x, None, None, t["gamma"], t["beta"], training=True, eps=epsilon)
    return {"y0": y.reshape(t["x0"].shape), **moved(t, x.mean(0), x.var(0, unbiased=False), momentum)}


def batch_norm_masked(t, momentum=0.9, epsilon=1e-3):
    """Ioffe and Szegedy 2015 with the statistics of the steps that count, which normalise all steps."""
    counted = t["x0"][t["mask0"] == 1]
    mean, variance = counted.mean(0), counted.var(0, unbiased=False)
    y = (t["x0"] - mean) / torch.sqrt(variance + epsilon) * t["gamma"] + t["beta"]
    return {"y0": y, **moved(t, mean, variance, momentum)}


def moved(t, mean, variance, momentum):
    return {
        "after.moving_mean": momentum * t["moving_mean"] + (1 - momentum) * mean,
        "after.moving_variance": momentum * t["moving_variance"] + (1 - momentum) * variance,
    }


def norm_weights(make):
    def more(r):
        w = with_weights(make, gamma=(D,), beta=(D,), moving_mean=(D,))(r)
        return {**w, "w.moving_variance": r.uniform(D, low=0.5, high=2)}

    return more


def rms_norm(t, epsilon=1e-3):
    """Zhang and Sennrich 2019."""
    return t["x0"] / torch.sqrt((t["x0"] ** 2).mean(-1, keepdim=True) + epsilon) * t["scale"]


def rms_scaled(t, epsilon=1e-3):
    """Keras' LayerNormalization with rms_scaling: by the deviation, without taking off the mean."""
    variance = t["x0"].var(-1, unbiased=False, keepdim=True)
    return t["x0"] / torch.sqrt(variance + epsilon) * t["gamma"]


# Attention: Luong et al. 2015, Bahdanau et al. 2015, Vaswani et al. 2017.


def attended(scores, value, mask=None, causal=False):
    """Weights over the last axis of scores [N,Tq,Tv], and the sums of the value [N,Tv,E]."""
    if mask is not None:
        scores = scores.masked_fill(mask[:, None, :] == 0, -math.inf)
    if causal:
        later = torch.ones(scores.shape[-2:]).triu(1) == 1
        scores = scores.masked_fill(later, -math.inf)
    weights = torch.softmax(scores, -1)
    return {"y0": weights @ value, "y1": weights}


def dot_scores(t, key="x1"):
    return t["x0"] @ t[key].transpose(1, 2)


def concat_scores(t):
    """Keras' score_mode "concat" with a scale."""
    hidden = torch.tanh(t["scale"] * (t["x0"][:, :, None] + t["x1"][:, None]))
    return t["concat_score_weight"] * hidden.sum(-1)


def additive_scores(t):
    return (t["scale"] * torch.tanh(t["x0"][:, :, None] + t["x1"][:, None])).sum(-1)


def query_and_value(mask=False, key=False, E=D):
    def make(r):
        t = {"in.x0": r.normal(N, 4, D), "in.x1": r.normal(N, 6, E)}
        if key:
            t["in.x2"] = r.normal(N, 6, D)
        if mask:
            t["in.mask1"] = (r.uniform(N, 6) > 0.4).astype("int32")
            t["in.mask1"][:, 2] = 1  # Every query sees a key.
        return t

    return make


HEADS, KEY = 2, 3


def heads(causal=False):
    """torch's multi_head_attention_forward with separate projections; attention of each head for itself."""

    def compute(t):
        q, v = t["x0"].transpose(0, 1), t["x1"].transpose(0, 1)
        flat = lambda name: t[f"{name}/kernel"].reshape(-1, HEADS * KEY).T
        bias = torch.cat([t[f"{name}/bias"].reshape(-1) for name in ("query", "key", "value")])
        E = HEADS * KEY
        mask = t["mask1"] == 0 if "mask1" in t else None
        later = torch.ones(len(q), len(v)).triu(1) == 1 if causal else None
        y, weights = F.multi_head_attention_forward(
            q, v, v, E, HEADS, None, bias, None, None, False, 0.0,
            t["attention_output/kernel"].reshape(E, E).T, t["attention_output/bias"],
            key_padding_mask=mask, attn_mask=later, use_separate_proj_weight=True,
            q_proj_weight=flat("query"), k_proj_weight=flat("key"), v_proj_weight=flat("value"),
            average_attn_weights=False,
        )  # fmt: skip
        return {"y0": y.transpose(0, 1), "y1": weights}

    return compute


def head_weights(make):
    E = HEADS * KEY
    projections = {}
    for name in ("query", "key", "value"):
        projections[f"{name}/kernel"] = (E, HEADS, KEY)
        projections[f"{name}/bias"] = (HEADS, KEY)
    projections["attention_output/kernel"] = (HEADS, KEY, E)
    projections["attention_output/bias"] = (E,)
    return with_weights(make, **projections)


def uneven(t):
    """Vaswani et al. 2017, section 3.2.2, with values and outputs of sizes of their own and keys given apart."""
    project = lambda x, name: torch.einsum("ntd,dhk->nhtk", t[x], t[f"{name}/kernel"])
    q, v, k = project("x0", "query"), project("x1", "value"), project("x2", "key")
    weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(KEY), -1)
    return {"y0": torch.einsum("nhtk,hko->nto", weights @ v, t["attention_output/kernel"]), "y1": weights}


uneven_weights = with_weights(
    query_and_value(key=True, E=2),
    **{"query/kernel": (D, HEADS, KEY), "key/kernel": (D, HEADS, KEY), "value/kernel": (2, HEADS, 4)},
    **{"attention_output/kernel": (HEADS, 4, 5)},
)


def wide(r, mask=True):
    t = {"in.x0": r.normal(N, 4, HEADS * KEY), "in.x1": r.normal(N, 4, HEADS * KEY)}
    if mask:
        t["in.mask1"] = (r.uniform(N, 4) > 0.4).astype("int32")
        t["in.mask1"][:, 0] = 1  # Every query sees a key.
    return t


# Windows.


def conv(t, before, **options):
    x = F.pad(t["x0"].transpose(1, 2), (before, 0))
    return F.conv1d(x, t["kernel"].permute(2, 1, 0), t["bias"], **options).transpose(1, 2)


def pool(f):
    return lambda t: f(t["x0"].transpose(1, 2)).transpose(1, 2)


def mean_of_counted(t):
    counts = t["mask0"].to(t["x0"].dtype)[..., None]
    return (t["x0"] * counts).sum(1) / counts.sum(1)


# Recurrent layers around cells of torch.


def stack(t):
    """torch.lstm_cell and torch.gru_cell, one on the other; our gates z,r,h are torch's r,z,n."""
    H = 3
    moved = lambda w: torch.cat([w[..., H : 2 * H], w[..., :H], w[..., 2 * H :]], -1)
    h = c = g = torch.zeros(N, H, dtype=t["x0"].dtype)
    zero = torch.zeros(4 * H, dtype=h.dtype)
    ys = []
    for step in range(T):
        lstm = [t[f"lstm_cell/{k}"] for k in ("kernel", "recurrent_kernel", "bias")]
        h, c = torch.lstm_cell(t["x0"][:, step], (h, c), lstm[0].T, lstm[1].T, lstm[2], zero)
        kernel, recurrent, bias = (moved(t[f"gru_cell/{k}"]) for k in ("kernel", "recurrent_kernel", "bias"))
        g = torch.gru_cell(h, g, kernel.T, recurrent.T, bias[0], bias[1])
        ys.append(g)
    return torch.stack(ys, 1)


def both_ways(merge):
    """torch.rnn_tanh_cell in both directions."""

    def compute(t):
        sides = []
        for side, steps in (("forward", range(T)), ("backward", reversed(range(T)))):
            w, u, b = (t[f"{side}_simple_rnn/{k}"] for k in ("kernel", "recurrent_kernel", "bias"))
            h, ys = torch.zeros(N, 3, dtype=w.dtype), [None] * T
            for step in steps:
                h = ys[step] = torch.rnn_tanh_cell(t["x0"][:, step], h, w.T, u.T, b, torch.zeros_like(b))
            sides.append(torch.stack(ys, 1))
        return merge(*sides)

    return compute


def merged_config(mode):
    inner = {"className": "SimpleRNN", "config": {"units": 3, "returnSequences": True}}
    return {"layer": inner, "mergeMode": mode}


both_weights = with_weights(
    sequence,
    **{
        f"{side}_simple_rnn/{name}": shape
        for side in ("forward", "backward")
        for name, shape in {"kernel": (D, 3), "recurrent_kernel": (3, 3), "bias": (3,)}.items()
    },
)

stack_weights = with_weights(
    sequence,
    **{"lstm_cell/kernel": (D, 12), "lstm_cell/recurrent_kernel": (3, 12), "lstm_cell/bias": (12,)},
    **{"gru_cell/kernel": (3, 9), "gru_cell/recurrent_kernel": (3, 9), "gru_cell/bias": (2, 9)},
)


def penalised(t):
    """Keras' penalties: of weights as they are, of the output divided by the batch."""
    y = t["x0"] @ t["kernel"] + t["bias"]
    k, b = t["kernel"], t["bias"]
    of_weights = 0.03 * k.abs().sum() + 0.02 * (k**2).sum() + 0.05 * (b**2).sum()
    return {"y0": y, "penalty": of_weights + 0.07 * y.abs().sum() / N}


RULES = {
    "kernelRegularizer": {"className": "L1L2", "config": {"l1": 0.03, "l2": 0.02}},
    "biasRegularizer": {"className": "L2", "config": {"l2": 0.05}},
    "activityRegularizer": {"className": "L1", "config": {"l1": 0.07}},
}
SCORES = {"returnAttentionScores": True}
CAUSAL_CONV = {"filters": 3, "kernelSize": 3, "padding": "causal", "dilationRate": 2}
GROUPED = {"filters": 4, "kernelSize": 2, "padding": "causal", "strides": 2, "groups": 2}
CELLS = [{"className": "LSTMCell", "config": {"units": 3}}, {"className": "GRUCell", "config": {"units": 3}}]

# Name: class, our options, what goes in, the computation, and further attributes.
LAYERS = {
    "batch-norm": ("BatchNormalization", {"momentum": 0.9}, norm_weights(sequence), batch_norm),
    "batch-norm-plain": (
        "BatchNormalization",
        {"momentum": 0.9, "epsilon": 0.01, "center": False, "scale": False},
        lambda r: {k: v for k, v in norm_weights(sequence)(r).items() if k not in ("w.gamma", "w.beta")},
        lambda t: batch_norm({**t, "gamma": None, "beta": None}, epsilon=0.01),
    ),
    "batch-norm-masked": ("BatchNormalization", {"momentum": 0.9}, norm_weights(masked), batch_norm_masked),
    "rms-norm": ("RMSNormalization", {"epsilon": 1e-3}, with_weights(sequence, scale=(D,)), rms_norm),
    "layer-norm-rms-scaling": (
        "LayerNormalization",
        {"rmsScaling": True, "center": False},
        with_weights(sequence, gamma=(D,)),
        rms_scaled,
    ),
    "layer-norm-time-features": (
        "LayerNormalization",
        {"axis": [1, 2]},
        with_weights(sequence, gamma=(T, D), beta=(T, D)),
        lambda t: F.layer_norm(t["x0"], (T, D), t["gamma"], t["beta"], 1e-3),
    ),
    "prelu-shared": (
        "PReLU",
        {"sharedAxes": [1]},
        with_weights(sequence, alpha=(1, D)),
        lambda t: F.prelu(t["x0"].transpose(1, 2), t["alpha"][0]).transpose(1, 2),
    ),
    "relu-limits": (
        "ReLU",
        {"maxValue": 1.5, "negativeSlope": 0.1},
        rows,
        lambda t: torch.clamp(F.leaky_relu(t["x0"], 0.1), max=1.5),
    ),
    "leaky-relu": ("LeakyReLU", {}, rows, lambda t: F.leaky_relu(t["x0"], 0.3)),
    "elu-alpha": ("ELU", {"alpha": 0.7}, rows, lambda t: F.elu(t["x0"], 0.7)),
    "softmax-time": ("Softmax", {"axis": 1}, sequence, lambda t: torch.softmax(t["x0"], 1)),
    "add": ("Add", {}, pair, lambda t: t["x0"] + t["x1"]),
    "subtract": ("Subtract", {}, pair, lambda t: t["x0"] - t["x1"]),
    "multiply": ("Multiply", {}, pair, lambda t: t["x0"] * t["x1"]),
    "average": ("Average", {}, pair, lambda t: (t["x0"] + t["x1"]) / 2),
    "maximum": ("Maximum", {}, pair, lambda t: torch.maximum(t["x0"], t["x1"])),
    "minimum": ("Minimum", {}, pair, lambda t: torch.minimum(t["x0"], t["x1"])),
    "concatenate-time": ("Concatenate", {"axis": 1}, pair, lambda t: torch.cat([t["x0"], t["x1"]], 1)),
    "dot": ("Dot", {"axes": 2}, query_and_value(), lambda t: torch.bmm(t["x0"], t["x1"].transpose(1, 2))),
    "dot-rows": (
        "Dot",
        {"axes": 1},
        lambda r: {"in.x0": r.normal(N, D), "in.x1": r.normal(N, D)},
        lambda t: (t["x0"] * t["x1"]).sum(1, keepdim=True),
    ),
    "attention-scale": (
        "Attention",
        {"useScale": True, **SCORES},
        with_weights(query_and_value(mask=True), scale=()),
        lambda t: attended(t["scale"] * dot_scores(t), t["x1"], t["mask1"]),
    ),
    "attention-key-scaled": (
        "Attention",
        {"scaled": True, **SCORES},
        query_and_value(key=True, E=3),
        lambda t: attended(dot_scores(t, "x2") / math.sqrt(D), t["x1"]),
    ),
    "attention-causal": (
        "Attention",
        {"useCausalMask": True, **SCORES},
        pair,
        lambda t: attended(dot_scores(t), t["x1"], causal=True),
    ),
    "attention-concat": (
        "Attention",
        {"scoreMode": "concat", "useScale": True, **SCORES},
        with_weights(query_and_value(mask=True), scale=(), concat_score_weight=()),
        lambda t: attended(concat_scores(t), t["x1"], t["mask1"]),
    ),
    "attention-additive": (
        "AdditiveAttention",
        SCORES,
        with_weights(query_and_value(mask=True), scale=(D,)),
        lambda t: attended(additive_scores(t), t["x1"], t["mask1"]),
    ),
    "multi-head-masked": (
        "MultiHeadAttention",
        {"numHeads": HEADS, "keyDim": KEY, **SCORES},
        head_weights(wide),
        heads(),
    ),
    "multi-head-causal": (
        "MultiHeadAttention",
        {"numHeads": HEADS, "keyDim": KEY, "useCausalMask": True, **SCORES},
        head_weights(lambda r: wide(r, mask=False)),
        heads(causal=True),
    ),
    "multi-head-sizes": (
        "MultiHeadAttention",
        {"numHeads": HEADS, "keyDim": KEY, "valueDim": 4, "outputShape": 5, "useBias": False, **SCORES},
        uneven_weights,
        uneven,
    ),
    "conv-causal-dilated": (
        "Conv1D",
        CAUSAL_CONV,
        with_weights(sequence, kernel=(3, D, 3), bias=(3,)),
        lambda t: conv(t, 4, dilation=2),
    ),
    "conv-causal-strides-groups": (
        "Conv1D",
        GROUPED,
        with_weights(sequence, kernel=(2, D // 2, 4), bias=(4,)),
        lambda t: conv(t, 1, stride=2, groups=2),
    ),
    "max-pool-strides": (
        "MaxPooling1D",
        {"poolSize": 3, "strides": 2},
        sequence,
        pool(lambda x: F.max_pool1d(x, 3, 2)),
    ),
    "average-pool-padding": (
        "AveragePooling1D",
        {"poolSize": 3, "strides": 2, "padding": 1},
        sequence,
        pool(lambda x: F.avg_pool1d(x, 3, 2, 1, count_include_pad=False)),
    ),
    "average-pool-count-padding": (
        "AveragePooling1D",
        {"poolSize": 3, "strides": 2, "padding": 1, "countPadding": True},
        sequence,
        pool(lambda x: F.avg_pool1d(x, 3, 2, 1, count_include_pad=True)),
    ),
    "global-average-masked": ("GlobalAveragePooling1D", {}, masked, mean_of_counted),
    "up-sampling": ("UpSampling1D", {"size": 3}, sequence, lambda t: t["x0"].repeat_interleave(3, 1)),
    "zero-padding": ("ZeroPadding1D", {"padding": [1, 2]}, sequence, lambda t: F.pad(t["x0"], (0, 0, 1, 2))),
    "cropping": ("Cropping1D", {"cropping": [1, 2]}, sequence, lambda t: t["x0"][:, 1:-2]),
    "permute": ("Permute", {"dims": [2, 1]}, sequence, lambda t: t["x0"].transpose(1, 2)),
    "reshape": ("Reshape", {"targetShape": [10, 2]}, sequence, lambda t: t["x0"].reshape(N, 10, 2)),
    "flatten": ("Flatten", {}, sequence, lambda t: t["x0"].flatten(1)),
    "repeat-vector": ("RepeatVector", {"n": 4}, rows, lambda t: t["x0"][:, None].repeat(1, 4, 1)),
    "dense-penalties": (
        "Dense",
        {"units": 3, **RULES},
        with_weights(sequence, kernel=(D, 3), bias=(3,)),
        penalised,
    ),
    "time-distributed": (
        "TimeDistributed",
        {"layer": {"className": "Dense", "config": {"units": 3, "activation": "tanh"}}},
        with_weights(sequence, **{"dense/kernel": (D, 3), "dense/bias": (3,)}),
        lambda t: torch.tanh(F.linear(t["x0"], t["dense/kernel"].T, t["dense/bias"])),
    ),
    "stacked-cells": ("RNN", {"cell": CELLS, "returnSequences": True}, stack_weights, stack),
    "bidirectional-sum": ("Bidirectional", merged_config("sum"), both_weights, both_ways(torch.add)),
    "bidirectional-mul": ("Bidirectional", merged_config("mul"), both_weights, both_ways(torch.mul)),
    "bidirectional-ave": (
        "Bidirectional",
        merged_config("ave"),
        both_weights,
        both_ways(lambda a, b: (a + b) / 2),
    ),
}

# Those that the goldens of kind `activation` leave out.
ACTIVATIONS = {
    "thresholdedRelu": ({"alpha": 0.8}, lambda x: F.threshold(x, 0.8, 0.0)),
    "scaledTanh": ({"alpha": 1.7, "beta": 0.6}, lambda x: 1.7 * torch.tanh(0.6 * x)),  # ONNX.
    "affine": ({"alpha": 1.5, "beta": -0.4}, lambda x: 1.5 * x - 0.4),  # ONNX.
    "relu6": ({}, F.relu6),
    "hardSilu": ({}, F.hardswish),
    # Barron 2017, eq. 2; torch 1.13's own celu has slopes in float32.
    "celu": ({"alpha": 1.3}, lambda x: torch.clamp(x, min=0) + 1.3 * torch.expm1(torch.clamp(x, max=0) / 1.3)),
    "logSigmoid": ({}, F.logsigmoid),
    "tanhShrink": ({}, F.tanhshrink),
    "softShrink": ({"alpha": 0.6}, lambda x: F.softshrink(x, 0.6)),
    "hardShrink": ({"alpha": 0.6}, lambda x: F.hardshrink(x, 0.6)),
    "squareplus": ({"alpha": 3}, lambda x: (x + torch.sqrt(x * x + 3)) / 2),  # Barron 2021, eq. 1.
    # Keras 3: 0 up to -1, (x + 1)^2 / 4 up to 1, x beyond; its derivative is the sparse sigmoid.
    "sparsePlus": ({}, lambda x: torch.where(x >= 1, x, torch.clamp(x + 1, min=0) ** 2 / 4)),
    "sparseSigmoid": ({}, lambda x: torch.clamp((x + 1) / 2, 0, 1)),
}
