"""Times whole off-policy training in Stable-Baselines3 on one CPU thread, in environment steps per second of processor time.

SAC, TD3 and DDPG on Pendulum-v1 with two hidden layers of 256 units, batches of 256 and one update per step. The clock runs over a fixed number
of steps after a warm-up in which learning has started; it counts what the process itself computes, so that other work on the machine does not
disturb it. Prints one JSON line per algorithm: {"name", "steps", "seconds", "stepsPerSecond"}.
"""

import argparse

import torch
from stable_baselines3 import DDPG, SAC, TD3
from timed_training import train_timed

WARMUP = 500
ALGORITHMS = {"ddpg": DDPG, "td3": TD3, "sac": SAC}


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
        train_timed(name, model, WARMUP, args.steps)


if __name__ == "__main__":
    main()
