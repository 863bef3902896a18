"""Times whole off-policy training in Stable-Baselines3 on one CPU thread, in environment steps per second of processor time.

SAC, TD3 and DDPG on Pendulum-v1 with two hidden layers of 256 units, batches of 256 and one update per step. The clock runs over a fixed number
of steps after a warm-up in which learning has started; it counts what the process itself computes, so that other work on the machine does not
disturb it. Prints one JSON line per algorithm: {"name", "steps", "seconds", "stepsPerSecond"}.
"""

import argparse
import json
import time

import torch
from stable_baselines3 import DDPG, SAC, TD3
from stable_baselines3.common.callbacks import BaseCallback

WARMUP = 500
ALGORITHMS = {"ddpg": DDPG, "td3": TD3, "sac": SAC}


class Stopwatch(BaseCallback):
    """Starts the clock after the warm-up."""

    def __init__(self) -> None:
        super().__init__()
        self.started_at = 0.0

    def _on_step(self) -> bool:
        if self.num_timesteps == WARMUP:
            self.started_at = time.process_time()
        return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algo", choices=[*ALGORITHMS, "all"], default="all")
    parser.add_argument("--steps", type=int, default=1_000, help="environment steps on the clock")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for name, algorithm in ALGORITHMS.items():
        if args.algo not in (name, "all"):
            continue
        model = algorithm(
            "MlpPolicy",
            "Pendulum-v1",
            batch_size=256,
            learning_starts=100,
            train_freq=1,
            gradient_steps=1,
            policy_kwargs={"net_arch": [256, 256]},
            device="cpu",
            seed=1,
        )
        stopwatch = Stopwatch()
        model.learn(WARMUP + args.steps, callback=stopwatch)
        seconds = time.process_time() - stopwatch.started_at
        rate = round(args.steps / seconds, 1)
        print(json.dumps({"name": name, "steps": args.steps, "seconds": round(seconds, 2), "stepsPerSecond": rate}), flush=True)


if __name__ == "__main__":
    main()
