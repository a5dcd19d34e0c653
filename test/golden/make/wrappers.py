# Layers around other layers and cells, by torch's cells.
import torch
import torch.nn.functional as F

from one_layer import D, N, T, sequence, table, with_weights


def cases(goldens):
    table(goldens, LAYERS)


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


CELLS = [{"className": "LSTMCell", "config": {"units": 3}}, {"className": "GRUCell", "config": {"units": 3}}]
LAYERS = {
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
