"""Writes trajectories.json: 100 steps of torch.optim on a small linear regression, as PyTorch computes them.

Usage: python trajectories.py   (needs torch; the result names its version)
"""
import json
import os

import torch

STEPS = 100
KEPT = [1, 2, 3, 4, 5, *range(10, STEPS + 1, 10)]
RUNS = [
    ("sgd", {"lr": 0.05, "momentum": 0.0, "weightDecay": 0.0}),
    ("sgd", {"lr": 0.05, "momentum": 0.9, "weightDecay": 0.0}),
    ("sgd", {"lr": 0.02, "momentum": 0.5, "weightDecay": 0.1}),
    ("adam", {"lr": 0.01, "betas": [0.9, 0.999], "eps": 1e-8, "weightDecay": 0.0}),
    ("adam", {"lr": 0.03, "betas": [0.8, 0.99], "eps": 0.1, "weightDecay": 0.0}),
    ("adam", {"lr": 0.01, "betas": [0.9, 0.999], "eps": 1e-8, "weightDecay": 0.1}),
]
# With torch.nn.utils.clip_grad_norm_, and with learning rates of lr_scheduler.CosineAnnealingWarmRestarts(first, factor, minLr).
RESTARTS = {"first": 3, "factor": 2, "minLr": 0.001}
EXTRA = [
    ("sgd", {"lr": 0.05, "momentum": 0.9, "weightDecay": 0.1}, 0.7, None),
    ("adam", {"lr": 0.03, "betas": [0.9, 0.999], "eps": 0.1, "weightDecay": 0.0}, 0.7, None),
    ("sgd", {"lr": 0.05, "momentum": 0.9, "weightDecay": 0.0}, None, RESTARTS),
    ("adam", {"lr": 0.03, "betas": [0.9, 0.999], "eps": 1e-8, "weightDecay": 0.0}, None, RESTARTS),
]


def make(name, options, parameters):
    common = {"lr": options["lr"], "weight_decay": options["weightDecay"]}
    if name == "sgd":
        return torch.optim.SGD(parameters, momentum=options["momentum"], **common)
    return torch.optim.Adam(parameters, betas=tuple(options["betas"]), eps=options["eps"], **common)


def trajectory(name, options, x, y, weight, bias, clip_norm=None, restarts=None):
    """The loss is the sum over outputs and the mean over rows of ½·(x·W + b − y)²."""
    weight, bias = weight.clone().requires_grad_(), bias.clone().requires_grad_()
    optimizer = make(name, options, [weight, bias])
    scheduler = restarts and torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(
        optimizer, restarts["first"], restarts["factor"], restarts["minLr"]
    )
    kept = {}
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        (0.5 * (x @ weight + bias - y).square().sum() / len(x)).backward()
        if clip_norm is not None:
            torch.nn.utils.clip_grad_norm_([weight, bias], clip_norm)
        optimizer.step()
        if scheduler:
            scheduler.step()
        if step in KEPT:
            kept[step] = {"weight": weight.flatten().tolist(), "bias": bias.tolist()}
    return kept


torch.manual_seed(1)
x, weight, bias = torch.randn(16, 3), torch.randn(3, 2), torch.randn(2)
y = x @ torch.randn(3, 2) + 3 + 0.5 * torch.randn(16, 2)
problem = {"x": x.flatten().tolist(), "y": y.flatten().tolist(), "weight": weight.flatten().tolist(), "bias": bias.tolist()}
runs = [{"optimizer": name, "options": options, "steps": trajectory(name, options, x, y, weight, bias)} for name, options in RUNS]
for name, options, clip_norm, restarts in EXTRA:
    steps = trajectory(name, options, x, y, weight, bias, clip_norm, restarts)
    runs.append({"optimizer": name, "options": options, "clipNorm": clip_norm, "restarts": restarts, "steps": steps})
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "trajectories.json"), "w") as file:
    json.dump({"torch": torch.__version__, "problem": problem, "runs": runs}, file)
    file.write("\n")
