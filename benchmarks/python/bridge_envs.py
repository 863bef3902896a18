"""Environments with which `pnpm check:peers` tries the bridge to Python: spaces of every kind, and every kind of trouble."""

import ctypes
import os
import random
import subprocess
import sys

import gymnasium
import numpy as np
from gymnasium import spaces


class Everything(gymnasium.Env):
    """Shows numbers that are known beforehand in every space, and tells how it sees its actions."""

    def __init__(self):
        self.observation_space = spaces.Dict(
            {
                "z_first": spaces.Discrete(5, start=-2),
                "10": spaces.Box(-np.inf, np.inf, (2, 2), np.float64),
                "9": spaces.Box(0, 255, (2, 3, 1), np.uint8),
                "wide": spaces.Box(-(2**40), 2**40, (2,), np.int64),
                "small": spaces.Box(-100, 100, (2,), np.int8),
                "truth": spaces.Box(0, 1, (3,), np.bool_),
                "half": spaces.Box(-1, 1, (2,), np.float16),
                "nested": spaces.Tuple(
                    (spaces.MultiBinary((2, 2)), spaces.MultiDiscrete([3, 4], start=[1, -1]), spaces.Dict({"deep": spaces.Discrete(3)}))
                ),
            }
        )
        self.action_space = spaces.Dict(
            {
                "torque": spaces.Box(-0.1, 0.1, (2,), np.float64),
                "gear": spaces.Discrete(3, start=4),
                "keys": spaces.MultiBinary((2, 2)),
                "pair": spaces.Tuple((spaces.MultiDiscrete([2, 3], start=[5, 0]), spaces.Box(-9, 9, (1,), np.int16))),
            }
        )
        self.t = 0

    def seen(self):
        t = self.t
        return {
            "z_first": np.int64(t - 2),
            "10": np.array([[t / 3, -3e38], [np.pi, 1]]),
            "9": np.arange(6, dtype=np.uint8).reshape(2, 3, 1) + t,
            "wide": np.array([t, 2**24 + (t > 2)]),
            "small": np.array([-7, t], np.int8),
            "truth": np.array([True, False, t > 0]),
            "half": np.array([0.5, -0.25], np.float16),
            "nested": (np.array([[1, 0], [0, t % 2]], np.int8), np.array([1 + t % 3, 2]), {"deep": t % 3}),
        }

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.t = 0
        return self.seen(), {"seed": seed}

    def step(self, action):
        self.t += 1
        is_known = self.action_space.contains(action)
        told = {"torque": action["torque"], "gear": action["gear"], "keys": action["keys"], "pair": list(action["pair"])}
        return self.seen(), 1 / 3, False, False, {"is_known": is_known, **told, "nothing": float("nan")}


class Trouble(gymnasium.Env):
    """Does what it is told by its action."""

    observation_space = spaces.Box(-1, 1, (1,), np.float32)
    action_space = spaces.Discrete(10)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(1, np.float32), {}

    def step(self, action):
        if action == 1:
            print("printed")
            os.write(1, b"written\n")
            sys.__stdout__.write("through\n")
            subprocess.run([sys.executable, "-c", "print('below')"], check=True)
            ctypes.CDLL(None).puts(b"in C")
            ctypes.CDLL(None).fflush(None)
        if action == 2:
            return self.stumble()
        if action == 3:
            while True:
                pass
        if action == 4:
            # Sleeps without letting any other thread of Python run.
            ctypes.PyDLL(None).pause()
        if action == 9:
            subprocess.Popen(["sleep", "600"])
        if action == 5:
            os._exit(7)
        if action == 6:
            sys.exit("enough")
        if action == 7:
            input()
        if action == 8:
            return np.zeros(2, np.float32), 0, False, False, {}
        return np.zeros(1, np.float32), 0, False, False, {}

    def stumble(self):
        return 1 / 0


class Fickle(gymnasium.Env):
    """Draws from a generator that no seed reaches."""

    observation_space = spaces.Box(0, 1, (1,), np.float64)
    action_space = spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.array([random.random()]), {}

    def step(self, action):
        return np.array([random.random()]), 0.0, random.random() < 0.1, False, {}


class Keeper(Fickle):
    """The same, and saves its generator itself."""

    def zpin_state(self):
        return repr(random.getstate()).encode()

    def zpin_restore(self, state):
        version, words, more = eval(state)  # noqa: S307
        random.setstate((version, words, more))


class Wordy(gymnasium.Env):
    observation_space = spaces.Text(5)
    action_space = spaces.Discrete(2)


for kind in (Everything, Trouble, Fickle, Keeper, Wordy):
    gymnasium.register(f"{kind.__name__}-v0", entry_point=kind, max_episode_steps=200)
