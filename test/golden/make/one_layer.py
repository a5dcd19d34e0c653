# Makes the case of one layer, and what usually goes into one.
import torch

from fixtures import as_stored, leaves_of, slopes

N, T, D = 3, 5, 4


def table(goldens, layers):
    """Cases by name: class, our options, what goes in, and the computation."""
    for name, (className, config, make, compute) in layers.items():
        one(goldens, f"layer-{name}", {"layer": {"className": className, "config": config}}, make, compute)


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
