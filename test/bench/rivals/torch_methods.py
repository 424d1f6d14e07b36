"""The five methods in plain PyTorch, eager; written to be fair: closed-form penalties, laterals in one product, no per-sample
Python, no value read back in a step but where GEM has to look. Both the timing of steps and the four studies use them."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from bounded_qp import solve_bounded_qp


class Net(nn.Module):
    """784-256-256 with ReLU and one head, or one head a task (`multi_head`)."""

    def __init__(self, hidden=(256, 256), classes=2, multi_head=False):
        super().__init__()
        self.multi_head = multi_head
        sizes = [784, *hidden]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.heads = nn.ModuleList([] if multi_head else [nn.Linear(hidden[-1], classes)])

    def begin(self, task, classes):
        """Adds the task's head, or widens the only one to `classes` outputs."""
        width = self.hidden[-1].out_features
        if self.multi_head:
            self.heads.append(nn.Linear(width, classes))
        elif classes > self.heads[0].out_features:
            old, new = self.heads[0], nn.Linear(width, classes)
            with torch.no_grad():
                new.weight[: old.out_features] = old.weight
                new.bias[: old.out_features] = old.bias
            self.heads[0] = new

    def trunk(self, x):
        for layer in self.hidden:
            x = F.relu(layer(x))
        return x

    def forward(self, x, task):
        """`task`: an int for all rows, or a tensor with a task for each row (replayed samples)."""
        h = self.trunk(x)
        if not self.multi_head:
            return self.heads[0](h)
        if isinstance(task, int):
            return self.heads[task](h)
        logits = torch.stack([head(h) for head in self.heads], 1)
        return logits[torch.arange(len(x)), task]


class ConvNet(Net):
    """28x28x1, two blocks of convolution 3x3 with bias, max pooling 2x2 and ReLU (in this order), a hidden layer, one head.

    memory_format: how images lie in memory inside the network.
    """

    def __init__(self, filters=(16, 32), hidden=(128,), classes=2, memory_format=torch.contiguous_format):
        super().__init__(hidden, classes)
        self.hidden[0] = nn.Linear(filters[1] * 7 * 7, hidden[0])
        self.conv = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in zip((1, *filters), filters))
        self.memory_format = memory_format
        self.to(memory_format=memory_format)

    def trunk(self, x):
        images = x.view(-1, 1, 28, 28).contiguous(memory_format=self.memory_format)
        for layer in self.conv:
            images = F.relu(F.max_pool2d(layer(images), 2))
        return super().trunk(images.flatten(1))


class Progressive(nn.Module):
    """Progressive network: a column a task, laterals from all earlier columns, their weights side by side in one matrix."""

    def __init__(self, hidden=(256, 256)):
        super().__init__()
        self.sizes = [784, *hidden]
        self.columns = nn.ModuleList()

    def begin(self, task, classes):
        for parameter in self.parameters():
            parameter.requires_grad_(False)
        sizes = [*self.sizes, classes]
        own = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        laterals = nn.ModuleList(nn.Linear(task * a, b, bias=False) for a, b in zip(sizes[1:-1], sizes[2:])) if task else None
        self.columns.append(nn.ModuleDict({"own": own, **({"laterals": laterals} if task else {})}))

    def column(self, column, x, earlier):
        activations, h = [], x
        for i, layer in enumerate(column["own"]):
            out = layer(h)
            if i and earlier:
                out = out + column["laterals"][i - 1](earlier[i - 1])
            h = out if i == len(column["own"]) - 1 else F.relu(out)
            activations.append(h)
        return activations

    def forward(self, x, task):
        with torch.no_grad():
            done = []
            for column in self.columns[:task]:
                done.append(self.column(column, x, side_by_side(done)))
            earlier = side_by_side(done)
        return self.column(self.columns[task], x, earlier)[-1]


def side_by_side(columns):
    return [torch.cat(level, 1) for level in zip(*(c[:-1] for c in columns))]


class Naive:
    """Momentum SGD, a fresh optimiser for each task."""

    def __init__(self, net, lr=0.01, momentum=0.9):
        self.net, self.lr, self.momentum, self.task = net, lr, momentum, 0

    def begin(self, task, classes):
        self.task = task
        self.net.begin(task, classes)
        trainable = [p for p in self.net.parameters() if p.requires_grad]
        # fused: one kernel for the update, PyTorch's fastest on the CPU
        self.optimizer = torch.optim.SGD(trainable, lr=self.lr, momentum=self.momentum, fused=True)

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = self.loss(x, y)
        loss.backward()
        self.adjust()
        self.optimizer.step()
        return loss

    def loss(self, x, y):
        return F.cross_entropy(self.net(x, self.task), y)

    def adjust(self):
        """Changes the gradients."""

    def end(self, images, labels):
        """Keeps what the method needs of the task's data, images [n, 784] and labels [n]."""


class EWC(Naive):
    """Penalty 1/2 lambda sum_k F_k (theta - theta_k)^2 as two running sums; its gradient in closed form, exact Fisher."""

    def __init__(self, net, lam=100.0, samples=200, **options):
        super().__init__(net, **options)
        self.lam, self.samples, self.sums = lam, samples, {}

    def begin(self, task, classes):
        super().begin(task, classes)
        for name, p in self.net.named_parameters():  # a head that grew: nothing holds its new outputs
            for at, old in enumerate(self.sums.get(name, ())):
                if old.shape != p.shape:
                    wide = torch.zeros_like(p)
                    wide[: len(old)] = old
                    self.sums[name][at] = wide
        self.held = [(p, *self.sums[name]) for name, p in self.net.named_parameters() if name in self.sums]

    @torch.no_grad()
    def adjust(self):
        for p, importance, pull in self.held:  # lambda F and lambda F theta*
            if p.grad is not None:
                p.grad.addcmul_(importance, p).sub_(pull)

    def end(self, images, labels):
        chosen = torch.randperm(len(images))[: self.samples]
        for name, fisher in self.fisher(images[chosen]).items():
            anchor = dict(self.net.named_parameters())[name].detach()
            sums = self.sums.setdefault(name, [torch.zeros_like(anchor), torch.zeros_like(anchor)])
            sums[0] += self.lam * fisher
            sums[1] += self.lam * fisher * anchor

    def fisher(self, x):
        """Diagonal of the exact Fisher information: (A o A)'(p_c o D_c o D_c) / N summed over the labels c."""
        head = self.task if self.net.multi_head else 0
        layers = {**{f"hidden.{i}": layer for i, layer in enumerate(self.net.hidden)}, f"heads.{head}": self.net.heads[head]}
        inputs, outputs, h = [], [], x
        for i, layer in enumerate(layers.values()):
            inputs.append(h.detach())
            outputs.append(layer(h))
            h = F.relu(outputs[-1]) if i < len(layers) - 1 else outputs[-1]
        logp = F.log_softmax(h, 1)
        result = {}
        for c in range(logp.shape[1]):
            deltas = torch.autograd.grad(logp[:, c].sum(), outputs, retain_graph=True)
            for (name, _), a, d in zip(layers.items(), inputs, deltas):
                weighted = logp[:, c : c + 1].exp().detach() * d * d / len(x)
                result[f"{name}.weight"] = result.get(f"{name}.weight", 0) + weighted.T @ (a * a)
                result[f"{name}.bias"] = result.get(f"{name}.bias", 0) + weighted.sum(0)
        return result


class Replay(Naive):
    """Reservoir of `capacity` samples of earlier tasks; half as many of them as new ones join each batch."""

    def __init__(self, net, capacity=1000, ratio=0.5, seed=42, **options):
        super().__init__(net, **options)
        self.ratio, self.seen, self.capacity, self.random = ratio, 0, capacity, np.random.default_rng(seed)
        self.images = torch.zeros(capacity, 784)
        self.labels = torch.zeros(capacity, dtype=torch.int64)
        self.tasks = torch.zeros(capacity, dtype=torch.int64)

    def loss(self, x, y):
        if not self.seen:
            return super().loss(x, y)
        at = torch.from_numpy(self.random.choice(min(self.seen, self.capacity), round(len(x) * self.ratio), replace=False))
        tasks = torch.cat([torch.full((len(x),), self.task), self.tasks[at]]) if self.net.multi_head else 0
        return F.cross_entropy(self.net(torch.cat([x, self.images[at]]), tasks), torch.cat([y, self.labels[at]]))

    def end(self, images, labels):
        places = {}  # Vitter's algorithm R; a later sample may take the place of an earlier one
        for sample in range(len(images)):
            place = self.seen if self.seen < self.capacity else int(self.random.integers(self.seen + 1))
            self.seen += 1
            if place < self.capacity:
                places[place] = sample
        to, source = torch.tensor(list(places)), torch.tensor(list(places.values()))
        self.images[to], self.labels[to], self.tasks[to] = images[source], labels[source], self.task


class GEM(Naive):
    """One forward and backward pass for each memory; the quadratic program only where a constraint is violated."""

    def __init__(self, net, memory_size=256, margin=0.5, **options):
        super().__init__(net, **options)
        self.memory_size, self.margin, self.memories, self.steps, self.projected = memory_size, margin, [], 0, 0

    def step(self, x, y):
        parameters = [p for p in self.net.parameters() if p.requires_grad]
        G = [self.flat(F.cross_entropy(self.net(mx, task), my), parameters) for mx, my, task in self.memories]
        loss = self.loss(x, y)
        g = self.flat(loss, parameters)
        if G:
            g = self.project(torch.stack(G), g)
        offset = 0
        for p in parameters:
            p.grad = g[offset : offset + p.numel()].view_as(p)
            offset += p.numel()
        self.optimizer.step()
        return loss

    def project(self, G, g):
        self.steps += 1
        products = G @ g
        if (products >= 0).all():
            return g
        self.projected += 1
        v = solve_bounded_qp((G @ G.T).numpy(), products.numpy(), self.margin)
        return g + torch.from_numpy(v.astype(np.float32)) @ G

    def flat(self, loss, parameters):
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        return torch.cat([torch.zeros(p.numel()) if d is None else d.reshape(-1) for p, d in zip(parameters, gradients)])

    def end(self, images, labels):
        chosen = torch.randperm(len(images))[: self.memory_size]
        self.memories.append((images[chosen], labels[chosen], self.task))
