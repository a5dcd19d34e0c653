# The activations that the goldens of kind `activation` leave out, by torch's functions where there are.
import torch
import torch.nn.functional as F

from one_layer import rows, table


def cases(goldens):
    of = lambda compute: lambda t: compute(t["x0"])
    layers = {
        f"activation-{name}": ("Activation", {"activation": name, **options}, rows, of(compute))
        for name, (options, compute) in ACTIVATIONS.items()
    }
    table(goldens, layers)


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
