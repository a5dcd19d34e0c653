# Attention and products of two inputs, by torch's function for heads, else by the published equations.
import math

import torch
import torch.nn.functional as F

from one_layer import D, N, pair, table, with_weights


def cases(goldens):
    table(goldens, LAYERS)


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


SCORES = {"returnAttentionScores": True}
LAYERS = {
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
}
