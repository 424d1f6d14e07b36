"""Writes batchNorm.json: torch.nn.BatchNorm1d and BatchNorm2d, their gradients, and a small network trained with them, as PyTorch computes them.

Usage: python batchNorm.py   (needs torch; the result names its version)
"""
import json
import os

import torch
from torch import nn

STEPS = 20


def flat(tensor):
    return tensor.detach().flatten().tolist()


def last(images):
    """Images [n, c, h, w] with channels last, as rows of other tensors stay."""
    return images.permute(0, 2, 3, 1) if images.dim() == 4 else images


def layer(norm, batches, weights):
    """Two training steps and a pass of evaluation; the loss is the sum of weights ∘ outputs."""
    steps = []
    with torch.no_grad():
        norm.weight.copy_(torch.linspace(0.5, -1.5, norm.num_features))
        norm.bias.copy_(torch.linspace(-1, 1, norm.num_features))
    start = {"scale": flat(norm.weight), "shift": flat(norm.bias)}
    for x, weight in zip(batches, weights):
        x = x.clone().requires_grad_()
        norm.zero_grad()
        y = norm(x)
        (y * weight).sum().backward()
        steps.append(
            {
                "x": flat(last(x)),
                "weight": flat(last(weight)),
                "y": flat(last(y)),
                "gradients": {"x": flat(last(x.grad)), "scale": flat(norm.weight.grad), "shift": flat(norm.bias.grad)},
                "runningMean": flat(norm.running_mean),
                "runningVariance": flat(norm.running_var),
            }
        )
    norm.eval()
    x, weight = batches[0].clone().requires_grad_(), weights[0]
    norm.zero_grad()
    y = norm(x)
    (y * weight).sum().backward()
    evaluated = {"y": flat(last(y)), "gradients": {"x": flat(last(x.grad)), "scale": flat(norm.weight.grad), "shift": flat(norm.bias.grad)}}
    options = {"epsilon": norm.eps, "momentum": norm.momentum}
    return {"shape": list(last(batches[0]).shape), "options": options, **start, "steps": steps, "evaluated": evaluated}


class Network(nn.Module):
    """Linear layers without bias, BatchNorm1d, ReLU; an output layer with a bias."""

    def __init__(self, sizes, classes):
        super().__init__()
        self.hidden = nn.ModuleList(nn.Linear(i, o, bias=False) for i, o in zip(sizes, sizes[1:]))
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for width in sizes[1:])
        self.head = nn.Linear(sizes[-1], classes)

    def forward(self, x):
        for linear, norm in zip(self.hidden, self.norms):
            x = torch.relu(norm(linear(x)))
        return self.head(x)

    def tensors(self):
        """By the names of this project; weights as [in, out]."""
        named = {}
        for i, (linear, norm) in enumerate(zip(self.hidden, self.norms)):
            named[f"hidden{i}/weight"] = flat(linear.weight.T)
            named[f"hidden{i}/norm/scale"] = flat(norm.weight)
            named[f"hidden{i}/norm/shift"] = flat(norm.bias)
            named[f"hidden{i}/norm/runningMean"] = flat(norm.running_mean)
            named[f"hidden{i}/norm/runningVariance"] = flat(norm.running_var)
        return {**named, "head/weight": flat(self.head.weight.T), "head/bias": flat(self.head.bias)}


def network(lr, momentum, weight_decay):
    """The whole data is one batch, so that its order does not matter."""
    x, labels = 2 * torch.randn(24, 6) + 1, torch.arange(24) % 3
    net = Network([6, 7, 5], 3)
    start = net.tensors()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    net.eval()
    options = {"lr": lr, "momentum": momentum, "weightDecay": weight_decay, "steps": STEPS}
    data = {"x": flat(x), "labels": labels.tolist()}
    return {"options": options, **data, "start": start, "losses": losses, "end": net.tensors(), "logits": flat(net(x))}


torch.manual_seed(1)
rows = [3 * torch.randn(6, 4) + 2 for _ in range(2)]
images = [2 * torch.randn(3, 4, 2, 3) - 1 for _ in range(2)]
result = {
    "torch": torch.__version__,
    "layers": {
        "BatchNorm1d": layer(nn.BatchNorm1d(4), rows, [torch.randn(6, 4) for _ in rows]),
        "BatchNorm2d": layer(nn.BatchNorm2d(4, eps=0.1, momentum=0.4), images, [torch.randn(3, 4, 2, 3) for _ in images]),
    },
    "network": network(0.05, 0.9, 0.01),
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "batchNorm.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
