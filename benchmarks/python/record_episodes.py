"""Plays seeded episodes of Gymnasium with random actions and writes them as JSON, for `pnpm check:peers`.

    python record_episodes.py OUT STEPS FIRST_SEED SEEDS ENV...

Every seed gets an environment of its own: Box2D's worlds are not made anew by a reset. Observations of CarRacing, which are
pictures, are left out; its track is written instead.
"""

import json
import os
import sys

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import gymnasium
import numpy as np

try:
    import gymnasium_robotics

    gymnasium.register_envs(gymnasium_robotics)
except ImportError:
    pass


def numbers(value):
    """Numbers of an observation or an action in one list; of goal observations in the order of zpin."""
    if isinstance(value, dict):
        return [x for key in ("observation", "achieved_goal", "desired_goal") for x in numbers(value[key])]
    return np.ravel(np.asarray(value, dtype=np.float64)).tolist()


def record(name, seed, steps):
    env = gymnasium.make(name)
    env.action_space.seed(seed)
    is_picture = name.startswith("CarRacing")
    seen = (lambda obs: []) if is_picture else numbers
    obs, _ = env.reset(seed=seed)
    episode = {"seed": seed, "start": seen(obs), "actions": [], "obs": [], "rewards": [], "terminated": []}
    if is_picture:
        episode["track"] = [[float(x) for x in point] for point in env.unwrapped.track]
    for _ in range(steps):
        action = env.action_space.sample()
        obs, reward, terminated, _, _ = env.step(action)
        episode["actions"].append(numbers(action))
        episode["obs"].append(seen(obs))
        episode["rewards"].append(float(reward))
        episode["terminated"].append(bool(terminated))
        if terminated:
            break
    env.close()
    return episode


def main(out, steps, first, count, *names):
    seeds = range(int(first), int(first) + int(count))
    episodes = {name: [record(name, seed, int(steps)) for seed in seeds] for name in names}
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"gymnasium": gymnasium.__version__, "episodes": episodes}, file)


main(*sys.argv[1:])
