"""Times whole training in SBX, which is Stable-Baselines3 on JAX, on one CPU core, in environment steps per second of processor time.

DQN on CartPole-v1 with the RL Zoo preset; SAC and TD3 on Pendulum-v1 with two hidden layers of 256 units, batches of 256 and one update per
step. The clock runs over a fixed number of steps after a warm-up in which everything is compiled. Prints one JSON line:
{"name", "steps", "seconds", "stepsPerSecond"}.
"""

import argparse
import os

# Before JAX counts the cores, and makes a thread for each.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import sbx  # noqa: E402
from timed_training import train_timed  # noqa: E402


def dqn() -> sbx.DQN:
    return sbx.DQN(
        "MlpPolicy",
        "CartPole-v1",
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
        seed=1,
    )


def off_policy(algorithm: type) -> object:
    return algorithm(
        "MlpPolicy",
        "Pendulum-v1",
        batch_size=256,
        learning_starts=100,
        train_freq=1,
        gradient_steps=1,
        policy_kwargs={"net_arch": [256, 256]},
        seed=1,
    )


CASES = {
    "dqn": (dqn, 2_048),
    "sac": (lambda: off_policy(sbx.SAC), 500),
    "td3": (lambda: off_policy(sbx.TD3), 500),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algo", choices=[*CASES], required=True)
    parser.add_argument("--steps", type=int, required=True, help="environment steps on the clock")
    args = parser.parse_args()
    make, warmup = CASES[args.algo]
    train_timed(args.algo, make(), warmup, args.steps)


if __name__ == "__main__":
    main()
