# Layers of a single purpose, with gradients: by torch's functions where there are, else by the published equations.
import torch
import torch.nn.functional as F

from one_layer import D, N, T, masked, pair, rows, sequence, table, with_weights


def cases(goldens):
    table(goldens, LAYERS)


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


# Windows.


def conv(t, before, **options):
    x = F.pad(t["x0"].transpose(1, 2), (before, 0))
    return F.conv1d(x, t["kernel"].permute(2, 1, 0), t["bias"], **options).transpose(1, 2)


def pool(f):
    return lambda t: f(t["x0"].transpose(1, 2)).transpose(1, 2)


def mean_of_counted(t):
    counts = t["mask0"].to(t["x0"].dtype)[..., None]
    return (t["x0"] * counts).sum(1) / counts.sum(1)


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
CAUSAL_CONV = {"filters": 3, "kernelSize": 3, "padding": "causal", "dilationRate": 2}
GROUPED = {"filters": 4, "kernelSize": 2, "padding": "causal", "strides": 2, "groups": 2}

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
}
