"""Writes schedules.json: learning rates of PyTorch's schedulers, and of the rule in GDumb's published code.

Usage: python schedules.py   (needs torch; the result names its version)
"""
import json
import os

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, CosineAnnealingWarmRestarts, LinearLR, SequentialLR


def optimizer(lr):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)


def rates(one, scheduler, count):
    """The learning rate of each of `count` epochs, the scheduler stepped after each."""
    found = []
    for _ in range(count):
        found.append(one.param_groups[0]["lr"])
        one.step()
        scheduler.step()
    return found


def cosine(lr, count, min_lr):
    one = optimizer(lr)
    return {"lr": lr, "schedule": {"name": "cosine", "minLr": min_lr}, "rates": rates(one, CosineAnnealingLR(one, count, min_lr), count)}


def restarts(lr, count, min_lr, first, factor):
    one = optimizer(lr)
    schedule = {"name": "cosine", "minLr": min_lr, "warmRestarts": {"first": first, "factor": factor}}
    return {"lr": lr, "schedule": schedule, "rates": rates(one, CosineAnnealingWarmRestarts(one, first, factor, min_lr), count)}


def warmed(lr, count, min_lr, length, share):
    one = optimizer(lr)
    rise, fall = LinearLR(one, share, 1.0, length), CosineAnnealingLR(one, count - length, min_lr)
    schedule = {"name": "cosine", "minLr": min_lr, "warmup": {"length": length, "from": share}}
    return {"lr": lr, "schedule": schedule, "rates": rates(one, SequentialLR(one, [rise, fall], [length]), count)}


def gdumb(lr, count, min_lr):
    """The rule in the authors' code (drimpossible/GDumb): pass 0 at a tenth, pass 1 at the whole, then one scheduler step a pass."""
    one = optimizer(lr)
    found = [0.1 * lr, *rates(one, CosineAnnealingWarmRestarts(one, 1, 2, min_lr), count - 1)]
    schedule = {"name": "cosine", "minLr": min_lr, "warmRestarts": {"first": 1, "factor": 2}, "warmup": {"length": 1, "from": 0.1}}
    return {"lr": lr, "schedule": schedule, "rates": found}


CASES = {
    "CosineAnnealingLR": cosine(0.1, 20, 0.01),
    "CosineAnnealingWarmRestarts, each fall twice as long": restarts(0.05, 40, 0.0005, 1, 2),
    "CosineAnnealingWarmRestarts, falls of one length": restarts(0.2, 30, 0, 7, 1),
    "LinearLR, then CosineAnnealingLR": warmed(0.1, 25, 0.001, 5, 0.25),
    "GDumb": gdumb(0.05, 128, 0.0005),
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "schedules.json"), "w") as file:
    json.dump({"torch": torch.__version__, "cases": CASES}, file)
    file.write("\n")
