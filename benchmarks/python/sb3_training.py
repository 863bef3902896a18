"""Times whole training in Stable-Baselines3 on one CPU thread, in environment steps per second of processor time.

PPO and A2C with the library's defaults and DQN with the RL Zoo preset, all on CartPole-v1 with one environment. The clock runs over a fixed
number of steps after a warm-up in which learning has started. Prints one JSON line per algorithm:
{"name", "steps", "seconds", "stepsPerSecond"}.
"""

import argparse

import gymnasium as gym
import torch
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from timed_training import train_timed


def ppo(seed: int) -> BaseAlgorithm:
    return PPO("MlpPolicy", gym.make("CartPole-v1"), device="cpu", seed=seed)


def a2c(seed: int) -> BaseAlgorithm:
    return A2C("MlpPolicy", gym.make("CartPole-v1"), device="cpu", seed=seed)


def dqn(seed: int) -> BaseAlgorithm:
    return DQN(
        "MlpPolicy",
        gym.make("CartPole-v1"),
        learning_rate=2.3e-3,
        batch_size=64,
        buffer_size=100_000,
        learning_starts=1_000,
        gamma=0.99,
        target_update_interval=10,
        train_freq=256,
        gradient_steps=128,
        exploration_fraction=0.16,
        exploration_final_eps=0.04,
        policy_kwargs={"net_arch": [256, 256]},
        device="cpu",
        seed=seed,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algo", choices=["ppo", "a2c", "dqn", "all"], default="all")
    parser.add_argument("--steps", type=int, default=20_480, help="environment steps on the clock")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    # The warm-ups are whole rollouts, so the clock sees as many updates as rollouts.
    for name, make, warmup in (("ppo", ppo, 2_048), ("a2c", a2c, 2_000), ("dqn", dqn, 2_048)):
        if args.algo not in (name, "all"):
            continue
        train_timed(name, make(args.seed), warmup, args.steps)


if __name__ == "__main__":
    main()
