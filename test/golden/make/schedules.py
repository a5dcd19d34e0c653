# Learning rates, update by update: by torch's schedulers, else by the formulas that Keras documents.
import numpy as np
import torch


def cases(goldens):
    for name, (config, rates) in SCHEDULES.items():
        goldens.add(f"schedule-{name}", "schedule", {"schedule": config}, lambda r: {}, lambda t, f=rates: {"rates": f()})


def scheduled(make, steps, rate=0.1):
    """The rates of a scheduler of torch, update by update."""

    def rates():
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], rate)
        scheduler = make(optimizer)
        found = []
        for _ in range(steps):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return np.array(found)

    return rates


def documented(rate, steps):
    """A formula that Keras documents."""
    return lambda: np.array([rate(step) for step in range(steps)])


def cosine_warmed(step):
    """A straight line from 0.01 to 0.1 over 4 updates, then a cosine over 6 down to 0.2 of it."""
    if step < 4:
        return 0.01 + 0.09 * step / 4
    part = min(step - 4, 6) / 6
    return 0.1 * (0.8 * 0.5 * (1 + np.cos(np.pi * part)) + 0.2)


def cosine_restarted(step):
    """Cosines over 3, 6 and 12 updates, each from 0.6 of the rate of the one before."""
    length, rate = 3, 0.1
    while step >= length:
        step, length, rate = step - length, 2 * length, 0.6 * rate
    return rate * 0.5 * (1 + np.cos(np.pi * step / length))


def polynomial_cycled(step):
    """Keras: with cycles the decay ends at the next multiple of its steps."""
    end = 5 * max(1, int(np.ceil(step / 5)))
    return (0.1 - 0.01) * (1 - step / end) ** 2 + 0.01


lr = torch.optim.lr_scheduler
SCHEDULES = {
    "exponential": (
        {"className": "ExponentialDecay", "config": {"initialLearningRate": 0.1, "decaySteps": 1, "decayRate": 0.9}},
        scheduled(lambda o: lr.ExponentialLR(o, 0.9), 12),
    ),
    "exponential-staircase": (
        {
            "className": "ExponentialDecay",
            "config": {"initialLearningRate": 0.1, "decaySteps": 4, "decayRate": 0.5, "staircase": True},
        },
        scheduled(lambda o: lr.StepLR(o, 4, 0.5), 14),
    ),
    "inverse-time": (
        {"className": "InverseTimeDecay", "config": {"initialLearningRate": 0.1, "decaySteps": 5, "decayRate": 0.5}},
        scheduled(lambda o: lr.LambdaLR(o, lambda step: 1 / (1 + 0.5 * step / 5)), 12),
    ),
    "polynomial": (
        {
            "className": "PolynomialDecay",
            "config": {"initialLearningRate": 0.1, "decaySteps": 10, "endLearningRate": 0, "power": 2},
        },
        scheduled(lambda o: lr.PolynomialLR(o, 10, power=2), 13),
    ),
    "cosine": (
        {"className": "CosineDecay", "config": {"initialLearningRate": 0.1, "decaySteps": 10, "alpha": 0.2}},
        scheduled(lambda o: lr.CosineAnnealingLR(o, 10, eta_min=0.02), 11),
    ),
    "cosine-restarts": (
        {
            "className": "CosineDecayRestarts",
            "config": {"initialLearningRate": 0.1, "firstDecaySteps": 4, "tMul": 2, "alpha": 0.1},
        },
        scheduled(lambda o: lr.CosineAnnealingWarmRestarts(o, 4, T_mult=2, eta_min=0.01), 30),
    ),
    "inverse-time-staircase": (
        {
            "className": "InverseTimeDecay",
            "config": {"initialLearningRate": 0.1, "decaySteps": 4, "decayRate": 0.5, "staircase": True},
        },
        documented(lambda step: 0.1 / (1 + 0.5 * (step // 4)), 14),
    ),
    "polynomial-cycles": (
        {
            "className": "PolynomialDecay",
            "config": {
                "initialLearningRate": 0.1,
                "decaySteps": 5,
                "endLearningRate": 0.01,
                "power": 2,
                "cycle": True,
            },
        },
        documented(polynomial_cycled, 17),
    ),
    "cosine-warm-up": (
        {
            "className": "CosineDecay",
            "config": {
                "initialLearningRate": 0.01,
                "decaySteps": 6,
                "alpha": 0.2,
                "warmupTarget": 0.1,
                "warmupSteps": 4,
            },
        },
        documented(cosine_warmed, 13),
    ),
    "cosine-restarts-falling": (
        {
            "className": "CosineDecayRestarts",
            "config": {"initialLearningRate": 0.1, "firstDecaySteps": 3, "tMul": 2, "mMul": 0.6},
        },
        documented(cosine_restarted, 20),
    ),
    # torch changes the rate at a milestone, Keras after a boundary.
    "piecewise": (
        {"className": "PiecewiseConstantDecay", "config": {"boundaries": [2, 6], "values": [0.1, 0.05, 0.025]}},
        scheduled(lambda o: lr.MultiStepLR(o, [3, 7], 0.5), 10),
    ),
    "warm-up": (
        {"className": "WarmUp", "config": {"target": 0.1, "steps": 5, "from": 0.02, "after": 0.1}},
        scheduled(lambda o: lr.LinearLR(o, 0.2, 1, 5), 9),
    ),
    "one-cycle": (
        {"className": "OneCycle", "config": {"maxLearningRate": 0.1, "totalSteps": 20}},
        scheduled(lambda o: lr.OneCycleLR(o, 0.1, 20), 20),
    ),
    "one-cycle-linear": (
        {
            "className": "OneCycle",
            "config": {"maxLearningRate": 0.1, "totalSteps": 20, "annealing": "linear", "pctStart": 0.4, "divFactor": 10},
        },
        scheduled(lambda o: lr.OneCycleLR(o, 0.1, 20, anneal_strategy="linear", pct_start=0.4, div_factor=10), 20),
    ),
    "one-cycle-three-phases": (
        {"className": "OneCycle", "config": {"maxLearningRate": 0.1, "totalSteps": 20, "threePhase": True}},
        scheduled(lambda o: lr.OneCycleLR(o, 0.1, 20, three_phase=True), 20),
    ),
}
