# Recurrent cells beyond the usual ones: torch.nn.LSTM with a projection, and published equations in plain torch operations.
import math

import torch

from fixtures import leaves_of, slopes

EPSILON = 1e-3  # Of layer normalization, as Keras has it.


def cases(goldens):
    for options in PROJECTIONS:
        projection(goldens, **options)
    for name, options in CELLS.items():
        cell(goldens, name, **options)


# Projections: Sak, Senior and Beaufays 2014, as torch.nn.LSTM(proj_size) computes it.

PROJECTIONS = [
    dict(layers=1, both=False, initial=False, N=2, T=4, D=3, H=5, P=2),
    dict(layers=1, both=True, initial=True, N=3, T=5, D=4, H=6, P=3),
    dict(layers=2, both=False, initial=True, N=2, T=6, D=5, H=7, P=4),
    dict(layers=2, both=True, initial=True, N=3, T=3, D=2, H=4, P=3, bias=False),
]


def projection(goldens, layers, both, initial, N, T, D, H, P, bias=True):
    """One file of kind `rnn` as torch has it, with weight_hr [P,H] beside the other weights."""
    directions = 2 if both else 1
    sizes = f"N{N}-T{T}-D{D}-H{H}-P{P}"
    id = f"projection-lstm-L{layers}{'-bi' if both else ''}-{sizes}{'' if bias else '-nobias'}"
    options = dict(num_layers=layers, bidirectional=both, bias=bias, proj_size=P)
    names = [name for name, _ in torch.nn.LSTM(D, H, **options).named_parameters()]

    def make(r):
        module = torch.nn.LSTM(D, H, **options)
        x = {"in.x": r.normal(T, N, D), "up.y": r.normal(T, N, directions * P)}
        if initial:
            x["in.h0"] = r.normal(layers * directions, N, P, scale=0.7)
            x["in.c0"] = r.normal(layers * directions, N, H, scale=0.7)
        x["up.hn"] = r.normal(layers * directions, N, P)
        x["up.cn"] = r.normal(layers * directions, N, H)
        for name, weight in module.named_parameters():
            x[f"w.{name}"] = r.normal(*weight.shape, scale=1 / math.sqrt(H))
        return x

    def compute(t):
        leaves = leaves_of(t)
        module = torch.nn.LSTM(D, H, **options).to(t["in.x"].dtype)
        for name in names:
            # In the place of the parameter, so that the gradient goes to the leaf.
            delattr(module, name)
            setattr(module, name, leaves[name])
        module._flat_weights = [leaves[name] for name in module._flat_weights_names]
        state = (leaves["h0"], leaves["c0"]) if initial else None
        y, (hn, cn) = module(leaves["x"], state)
        loss = (y * t["up.y"]).sum() + (hn * t["up.hn"]).sum() + (cn * t["up.cn"]).sum()
        return {"y": y, "hn": hn, "cn": cn, "loss": loss, **slopes(loss, leaves)}

    attrs = dict(cell="lstm", num_layers=layers, bidirectional=both, initial_state=initial, bias=bias)
    attrs.update(batch=N, steps=T, input_size=D, hidden_size=H, proj_size=P, lengths=None, gate_order="i,f,g,o")
    attrs["loss"] = "sum(y*up.y) + sum(hn*up.hn) + sum(cn*up.cn)"
    goldens.add(id, "projection", attrs, make, compute)


# Equations. Weights lie as Keras lays them: kernel [D,G*H], recurrent_kernel [P,G*H], bias [G*H].


def norm(v, gain=None):
    """(v - mean)/deviation * gain over the last axis, Ba, Kiros and Hinton 2016, eq. 4; v itself without a gain."""
    if gain is None:
        return v
    mean = v.mean(-1, keepdim=True)
    variance = ((v - mean) ** 2).mean(-1, keepdim=True)
    return (v - mean) / torch.sqrt(variance + EPSILON) * gain


def limited(v, limit):
    return v if limit is None else torch.clamp(v, -limit, limit)


FUNCTIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "softsign": torch.nn.functional.softsign,
    "gelu": torch.nn.functional.gelu,
    "hardSigmoid": lambda v: torch.clamp(v / 6 + 0.5, 0, 1),  # Keras 3's.
}


def lstm_step(w, x, state, o):
    """
    Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; layer normalisation: Ba et al. 2016, eq. 20
    to 22; peepholes: Gers and Schmidhuber 2000; projection: Sak et al. 2014; clip and coupled gates: ONNX' LSTM.
    """
    h, c = state
    f_gate = FUNCTIONS[o.get("recurrentActivation", "sigmoid")]
    f_cell = FUNCTIONS[o.get("activation", "tanh")]
    f_out = FUNCTIONS[o.get("outputActivation", o.get("activation", "tanh"))]
    clip = lambda v: limited(v, o.get("clip"))
    a = norm(x @ w["kernel"], w.get("kernel_gamma"))
    a = a + norm(h @ w["recurrent_kernel"], w.get("recurrent_gamma")) + w["bias"]
    a_i, a_f, a_g, a_o = a.chunk(4, -1)
    peephole = w.get("peephole")
    if peephole is not None:
        a_i, a_f = a_i + peephole[0] * c, a_f + peephole[1] * c
    i, g = f_gate(clip(a_i)), f_cell(clip(a_g))
    f = 1 - i if o.get("inputForget") else f_gate(clip(a_f))
    c = limited(f * c + i * g, o.get("cellClip"))
    if peephole is not None:
        a_o = a_o + peephole[2] * c
    shown = norm(c, w.get("state_gamma"))
    if "state_beta" in w:
        shown = shown + w["state_beta"]
    h = f_gate(clip(a_o)) * f_out(shown)
    return (h @ w["projection_kernel"] if "projection_kernel" in w else h), c


def gru_step(w, x, state, o):
    """Cho et al. 2014, the reset gate before or after the product; layer normalisation: Ba et al. 2016, supplement."""
    (h,) = state
    H = h.shape[-1]
    f_gate = FUNCTIONS[o.get("recurrentActivation", "sigmoid")]
    f_cell = FUNCTIONS[o.get("activation", "tanh")]
    clip = lambda v: limited(v, o.get("clip"))
    after = o.get("resetAfter", True)
    part = lambda name, first, count: w[name][..., first * H : (first + count) * H] if name in w else None
    bias, second = (w["bias"][0], w["bias"][1]) if after else (w["bias"], torch.zeros_like(w["bias"]))
    gates = norm(x @ part("kernel", 0, 2), part("kernel_gamma", 0, 2)) + bias[: 2 * H]
    gates = gates + norm(h @ part("recurrent_kernel", 0, 2), part("recurrent_gamma", 0, 2)) + second[: 2 * H]
    z, r = f_gate(clip(gates)).chunk(2, -1)
    candidate = norm(x @ part("kernel", 2, 1), part("kernel_gamma", 2, 1)) + bias[2 * H :]
    seen = h if after else r * h
    product = norm(seen @ part("recurrent_kernel", 2, 1), part("recurrent_gamma", 2, 1)) + second[2 * H :]
    candidate = candidate + (r * product if after else product)
    return (z * h + (1 - z) * f_cell(clip(candidate)),)


def rnn_step(w, x, state, o):
    """Elman 1990; layer normalisation: Ba et al. 2016, eq. 4."""
    a = norm(x @ w["kernel"], w.get("kernel_gamma")) + w["bias"]
    a = a + norm(state[0] @ w["recurrent_kernel"], w.get("recurrent_gamma"))
    return (FUNCTIONS[o.get("activation", "tanh")](limited(a, o.get("clip"))),)


STEPS = {"LSTM": lstm_step, "GRU": gru_step, "SimpleRNN": rnn_step}
GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


def walk(step, w, x, state, o, mask=None, backward=False):
    """All steps of x [N,T,D]: outputs [N,T,P] in the order of time, zeros where the mask [N,T] is 0, and the last state."""
    T = x.shape[1]
    outputs = [None] * T
    for t in reversed(range(T)) if backward else range(T):
        new = step(w, x[:, t], state, o)
        if mask is None:
            state, outputs[t] = new, new[0]
            continue
        counts = mask[:, t : t + 1].to(x.dtype)
        state = tuple(counts * n + (1 - counts) * s for n, s in zip(new, state))
        outputs[t] = counts * new[0]
    return torch.stack(outputs, 1), state


def weights_of(r, className, D, H, o):
    """Random weights of a cell by their names, with what its options ask for."""
    G, P = GATES[className], o.get("projection", H)
    scale = 0.8 if o.get("layerNormalization") else 1 / math.sqrt(H)
    w = {"kernel": r.normal(D, G * H, scale=scale), "recurrent_kernel": r.normal(P, G * H, scale=scale)}
    rows = (2,) if className == "GRU" and o.get("resetAfter", True) else ()
    w["bias"] = r.normal(*rows, G * H, scale=0.3)
    if o.get("peephole"):
        w["peephole"] = r.normal(3, H, scale=0.5)
    if "projection" in o:
        w["projection_kernel"] = r.normal(H, P, scale=0.6)
    if o.get("layerNormalization"):
        w["kernel_gamma"] = r.uniform(G * H, low=0.5, high=1.5)
        w["recurrent_gamma"] = r.uniform(G * H, low=0.5, high=1.5)
        if className == "LSTM":
            w["state_gamma"] = r.uniform(H, low=0.5, high=1.5)
            w["state_beta"] = r.normal(H, scale=0.3)
    return w


NORMALISED = {"layerNormalization": True}
CELLS = {
    "lstm-normalised": dict(className="LSTM", o=NORMALISED),
    "lstm-normalised-masked": dict(className="LSTM", o=NORMALISED, masked=True),
    "lstm-normalised-bidirectional": dict(className="LSTM", o=NORMALISED, both=True),
    "lstm-normalised-projection-peephole": dict(
        className="LSTM", o={**NORMALISED, "projection": 3, "peephole": True}
    ),
    "lstm-projection-masked": dict(className="LSTM", o={"projection": 3}, masked=True),
    "lstm-peephole": dict(className="LSTM", o={"peephole": True}),
    "lstm-peephole-coupled": dict(className="LSTM", o={"peephole": True, "inputForget": True}),
    "lstm-clips": dict(className="LSTM", o={"clip": 0.6, "cellClip": 0.4}),
    "lstm-activations": dict(
        className="LSTM",
        o={"activation": "gelu", "recurrentActivation": "hardSigmoid", "outputActivation": "softsign"},
    ),
    "gru-normalised": dict(className="GRU", o=NORMALISED),
    "gru-normalised-reset-before": dict(className="GRU", o={**NORMALISED, "resetAfter": False}),
    "gru-reset-before": dict(className="GRU", o={"resetAfter": False}),
    "gru-reset-before-masked": dict(className="GRU", o={"resetAfter": False}, masked=True),
    "gru-clip-activations": dict(className="GRU", o={"clip": 0.7, "activation": "softsign"}),
    "rnn-normalised": dict(className="SimpleRNN", o=NORMALISED),
    "rnn-normalised-masked": dict(className="SimpleRNN", o=NORMALISED, masked=True),
    "rnn-clip": dict(className="SimpleRNN", o={"clip": 0.7}),
    "rnn-gelu": dict(className="SimpleRNN", o={"activation": "gelu"}),
}


def cell(goldens, name, className, o, masked=False, both=False, N=3, T=4, D=4, H=5):
    """A layer from given initial states to all outputs and last states; with `both` in both directions, side by side."""
    step = STEPS[className]
    P = o.get("projection", H)
    sizes = (P, H) if className == "LSTM" else (H,)
    inner = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "simple_rnn"}[className]
    scopes = [f"forward_{inner}/", f"backward_{inner}/"] if both else [""]

    def make(r):
        t = {"in.x0": r.normal(N, T, D)}
        states = [size for _ in scopes for size in sizes]
        for i, size in enumerate(states):
            t[f"in.x{i + 1}"] = r.normal(N, size, scale=0.7)
            t[f"up.y{i + 1}"] = r.normal(N, size)
        t["up.y0"] = r.normal(N, T, P * len(scopes))
        if masked:
            t["in.mask0"] = (r.uniform(N, T) > 0.35).astype("int32")
        for scope in scopes:
            for weight, value in weights_of(r, className, D, H, o).items():
                t[f"w.{scope}{weight}"] = value
        return t

    def compute(t):
        leaves = leaves_of(t)
        sequences, last = [], []
        for d, scope in enumerate(scopes):
            w = {k[2 + len(scope):]: leaves[k[2:]] for k in t if k.startswith(f"w.{scope}")}
            first = tuple(leaves[f"x{1 + d * len(sizes) + i}"] for i in range(len(sizes)))
            y, state = walk(step, w, leaves["x0"], first, o, t.get("in.mask0"), backward=d == 1)
            sequences.append(y)
            last.extend(state)
        outputs = {"y0": torch.cat(sequences, -1), **{f"y{i + 1}": s for i, s in enumerate(last)}}
        loss = sum((value * t[f"up.{key}"]).sum() for key, value in outputs.items())
        return {**outputs, **slopes(loss, leaves)}

    config = {"units": H, **o, "returnSequences": True, "returnState": True, "zeroOutputForMask": True}
    layer = {"className": className, "config": config}
    if both:
        layer = {"className": "Bidirectional", "config": {"layer": layer}}
    goldens.add(f"cell-{name}", "cell", {"layer": layer}, make, compute)
