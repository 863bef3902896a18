"""Times one update step (forward, backward, Adam) and one action in eager PyTorch on one thread.

Prints one JSON line per case: {"name", "milliseconds"}, processor time, the median over the repeats. The cases are those of the benchmark in
TypeScript, which runs this script when its Python has torch.
"""

import argparse
import json
import statistics
import time

import numpy as np
import torch
from torch import nn


def mlp(sizes: list[int], activation: type[nn.Module]) -> nn.Sequential:
    """Dense layers with the activation between them, none after the last."""
    layers: list[nn.Module] = []
    for i, (fan_in, fan_out) in enumerate(zip(sizes[:-1], sizes[1:])):
        layers.append(nn.Linear(fan_in, fan_out))
        if i < len(sizes) - 2:
            layers.append(activation())
    return nn.Sequential(*layers)


def nature_cnn(num_outputs: int) -> nn.Sequential:
    """Mnih et al. 2015 on 84x84x4 pictures."""
    return nn.Sequential(
        nn.Conv2d(4, 32, 8, stride=4), nn.ReLU(),
        nn.Conv2d(32, 64, 4, stride=2), nn.ReLU(),
        nn.Conv2d(64, 64, 3, stride=1), nn.ReLU(),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 512), nn.ReLU(), nn.Linear(512, num_outputs),
    )


def median_milliseconds(step, repeats: int, inner: int) -> float:
    """Median over `repeats` of the mean time of `inner` calls, after a warm-up of the same length as two repeats."""
    for _ in range(2 * inner):
        step()
    samples = []
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(inner):
            step()
        samples.append((time.process_time() - start) / inner * 1000)
    return statistics.median(samples)


def update_step(network: nn.Module, input_shape: tuple[int, ...], num_outputs: int, repeats: int, inner: int) -> float:
    """One step of Adam on the mean squared error against a fixed target."""
    x = torch.randn(input_shape)
    y = torch.randn(input_shape[0], num_outputs)
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-4)

    def step() -> None:
        loss = nn.functional.mse_loss(network(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return median_milliseconds(step, repeats, inner)


def one_action(repeats: int, inner: int) -> float:
    """Greedy action of a 4-64-64-2 policy: numpy observation in, Python integer out."""
    policy = mlp([4, 64, 64, 2], nn.Tanh)
    obs = np.random.default_rng(0).standard_normal((1, 4)).astype(np.float32)

    def step() -> None:
        with torch.no_grad():
            int(policy(torch.from_numpy(obs)).numpy().argmax(axis=1)[0])

    return median_milliseconds(step, repeats, inner)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    torch.set_num_threads(1)
    torch.manual_seed(0)
    cases = {
        "mlp 4-64-64-2, batch 64": lambda: update_step(mlp([4, 64, 64, 2], nn.Tanh), (64, 4), 2, repeats, 100),
        "mlp 17-256-256-6, batch 256": lambda: update_step(mlp([17, 256, 256, 6], nn.Tanh), (256, 17), 6, repeats, 20),
        "nature cnn 84x84x4, batch 32": lambda: update_step(nature_cnn(6), (32, 4, 84, 84), 6, repeats, 2),
        "one action 4-64-64-2": lambda: one_action(repeats, 500),
    }
    for name, measure in cases.items():
        print(json.dumps({"name": name, "milliseconds": round(measure(), 5)}), flush=True)


if __name__ == "__main__":
    main()
