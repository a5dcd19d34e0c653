# What becomes of weights: optimizers, averages of weights, constraints; by torch's where there are.
import torch

STEPS = 4
SHAPE = (3, 4)


def cases(goldens):
    for name, (config, make) in OPTIMIZERS.items():
        update(goldens, f"update-{name}", config, make)
    average(goldens, "ema")
    average(goldens, "ema-overwriting", frequency=2)
    for name, (config, rule) in CONSTRAINTS.items():
        constraint(goldens, f"constraint-{name}", config, rule)


def gradients(r):
    return {"w.p": r.normal(*SHAPE), **{f"in.g{i}": r.normal(*SHAPE) for i in range(STEPS)}}


def update(goldens, id, config, make):
    def compute(t):
        p = t["w.p"].clone().requires_grad_(True)
        optimizer = make([p])
        found = {}
        for i in range(STEPS):
            p.grad = t[f"in.g{i}"].clone()
            optimizer.step()
            found[f"p{i}"] = p.detach().clone()
        return found

    goldens.add(id, "update", {"optimizer": {"convention": "torch", **config}, "steps": STEPS}, gradients, compute)


class Ftrl:
    """McMahan et al. 2013, algorithm 1, as Keras writes it: twice each L2 strength, and shrinkage in the gradient alone."""

    def __init__(self, weights, rate, power, initial, l1, l2, shrinkage, beta):
        (self.p,) = weights
        self.rate, self.power, self.l1, self.l2 = rate, -power, l1, l2 + beta / (2 * rate)
        self.shrinkage = shrinkage
        self.n = torch.full_like(self.p, initial)
        self.z = torch.zeros_like(self.p)

    @torch.no_grad()
    def step(self):
        g, n = self.p.grad, self.n + self.p.grad**2
        sigma = (n**self.power - self.n**self.power) / self.rate
        self.z = self.z + g + 2 * self.shrinkage * self.p - sigma * self.p
        self.n = n
        away = torch.clamp(self.z, -self.l1, self.l1) - self.z
        self.p.copy_(away / (n**self.power / self.rate + 2 * self.l2))


optim = torch.optim
FTRL = {
    "learningRatePower": -0.6,
    "initialAccumulatorValue": 0.2,
    "l1RegularizationStrength": 0.3,
    "l2RegularizationStrength": 0.2,
    "l2ShrinkageRegularizationStrength": 0.1,
    "beta": 0.4,
}
OPTIMIZERS = {
    "adamax": (
        {"name": "adamax", "learningRate": 0.05, "epsilon": 1e-3, "beta1": 0.8, "beta2": 0.95},
        lambda p: optim.Adamax(p, 0.05, betas=(0.8, 0.95), eps=1e-3),
    ),
    "adamax-decay": (
        {"name": "adamax", "learningRate": 0.05, "epsilon": 1e-3, "weightDecay": 0.1},
        lambda p: optim.Adamax(p, 0.05, eps=1e-3, weight_decay=0.1),
    ),
    "rmsprop-centered": (
        {"name": "rmsprop", "learningRate": 0.02, "rho": 0.9, "epsilon": 1e-4, "centered": True, "momentum": 0.6},
        lambda p: optim.RMSprop(p, 0.02, alpha=0.9, eps=1e-4, centered=True, momentum=0.6),
    ),
    "adamw-amsgrad": (
        {"name": "adamW", "learningRate": 0.03, "epsilon": 1e-6, "weightDecay": 0.2, "amsgrad": True},
        lambda p: optim.AdamW(p, 0.03, eps=1e-6, weight_decay=0.2, amsgrad=True),
    ),
    "nesterov-decay": (
        {"name": "sgd", "learningRate": 0.05, "momentum": 0.8, "nesterov": True, "weightDecay": 0.1},
        lambda p: optim.SGD(p, 0.05, momentum=0.8, nesterov=True, weight_decay=0.1),
    ),
    "adagrad-initial": (
        {"name": "adagrad", "learningRate": 0.1, "epsilon": 1e-6, "initialAccumulatorValue": 0.3},
        lambda p: optim.Adagrad(p, 0.1, eps=1e-6, initial_accumulator_value=0.3),
    ),
    "adadelta-decay": (
        {"name": "adadelta", "learningRate": 0.7, "rho": 0.8, "epsilon": 1e-3, "weightDecay": 0.1},
        lambda p: optim.Adadelta(p, 0.7, rho=0.8, eps=1e-3, weight_decay=0.1),
    ),
    "ftrl-penalties": (
        {"name": "ftrl", "learningRate": 0.3, **FTRL},
        lambda p: Ftrl(p, 0.3, -0.6, 0.2, l1=0.3, l2=0.2, shrinkage=0.1, beta=0.4),
    ),
}


def average(goldens, name, momentum=0.7, frequency=None):
    """
    torch.optim.swa_utils.AveragedModel with an exponential average, beside SGD; with a frequency the weights become the
    averages after each so many updates, as Keras' ema_overwrite_frequency has it.
    """

    def compute(t):
        module = torch.nn.Module()
        module.p = torch.nn.Parameter(t["w.p"].clone())
        optimizer = optim.SGD(module.parameters(), 0.3)
        mixed = lambda average, p, count: momentum * average + (1 - momentum) * p
        averaged = optim.swa_utils.AveragedModel(module, avg_fn=mixed)
        found = {}
        for i in range(STEPS):
            module.p.grad = t[f"in.g{i}"].clone()
            optimizer.step()
            averaged.update_parameters(module)
            if frequency and (i + 1) % frequency == 0:
                module.load_state_dict(averaged.module.state_dict())
            found[f"average{i}"] = averaged.module.p.detach().clone()
            found[f"p{i}"] = module.p.detach().clone()
        return found

    attrs = {"learningRate": 0.3, "emaMomentum": momentum}
    if frequency:
        attrs["emaOverwriteFrequency"] = frequency
    goldens.add(f"average-{name}", "average", {"options": attrs}, gradients, compute)


def constraint(goldens, id, config, rule):
    goldens.add(id, "constraint", {"constraint": config}, lambda r: {"w.w": r.normal(5, 4)}, lambda t: {"w": rule(t["w.w"])})


def held(low, high, rate, axis=0, epsilon=1e-7):
    """Keras' formula: w * (rate * clip(norm, low, high) + (1 - rate) * norm) / (epsilon + norm)."""

    def rule(w):
        norms = torch.linalg.vector_norm(w, dim=axis, keepdim=True)
        return w * (rate * torch.clamp(norms, low, high) + (1 - rate) * norms) / (epsilon + norms)

    return rule


CONSTRAINTS = {
    # All norms are above, so that torch's factor, max / (norm + 1e-7), is Keras'.
    "max-norm": (
        {"className": "MaxNorm", "config": {"maxValue": 0.5}},
        lambda w: torch.renorm(w, 2, 1, 0.5),
    ),
    "max-norm-rows": (
        {"className": "MaxNorm", "config": {"maxValue": 0.3, "axis": 1}},
        lambda w: torch.renorm(w, 2, 0, 0.3),
    ),
    "max-norm-some": ({"className": "MaxNorm", "config": {"maxValue": 2}}, held(0, 2, 1)),
    "unit-norm": ({"className": "UnitNorm", "config": {}}, held(1, 1, 1)),
    "min-max-norm": (
        {"className": "MinMaxNorm", "config": {"minValue": 1.8, "maxValue": 2.2, "rate": 0.6}},
        held(1.8, 2.2, 0.6),
    ),
    "non-negative": ({"className": "NonNeg", "config": {}}, torch.relu),
}
