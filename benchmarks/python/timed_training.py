"""Times the training of an agent of Stable-Baselines3, or of SBX, which is built on it, in processor time behind a warm-up."""

import json
import time

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback


class Stopwatch(BaseCallback):
    """Starts the clock at the first rollout that begins after `warmup` environment steps, so between an update and the next."""

    def __init__(self, warmup: int) -> None:
        super().__init__()
        self.warmup = warmup
        self.started_at = 0.0
        self.started_step = 0

    def _on_rollout_start(self) -> None:
        if self.started_at == 0.0 and self.num_timesteps >= self.warmup:
            self.started_at = time.process_time()
            self.started_step = self.num_timesteps

    def _on_step(self) -> bool:
        return True


def train_timed(name: str, model: BaseAlgorithm, warmup: int, steps: int) -> None:
    """Trains for `warmup` environment steps and `steps` on the clock, and prints {"name", "steps", "seconds", "stepsPerSecond"}."""
    stopwatch = Stopwatch(warmup)
    model.learn(warmup + steps, callback=stopwatch)
    seconds = time.process_time() - stopwatch.started_at
    counted = model.num_timesteps - stopwatch.started_step
    line = {"name": name, "steps": counted, "seconds": round(seconds, 2), "stepsPerSecond": round(counted / seconds, 1)}
    print(json.dumps(line), flush=True)
