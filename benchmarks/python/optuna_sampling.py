"""Regrets of Optuna's samplers on known functions, as JSON: optuna_sampling.py OUT TRIALS FIRST_SEED SEEDS.

The functions are those of src/lib/sampling-objectives.ts; some points go with the regrets, to be computed again there.
"""

import json
import math
import sys

import numpy as np
import optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)

HEIGHTS = np.array([1, 1.2, 3, 3.2])
WIDTHS = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
CENTRES = np.array(
    [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
)


def branin(trial):
    x = trial.suggest_float("x", -5, 10)
    y = trial.suggest_float("y", 0, 15)
    return (y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(trial):
    x = np.array([trial.suggest_float(name, 0, 1) for name in "abcdef"])
    return float(-(HEIGHTS * np.exp(-(WIDTHS * (x - CENTRES) ** 2).sum(axis=1))).sum())


def surrogate(trial):
    rate = math.log10(trial.suggest_float("learningRate", 1e-5, 0.1, log=True))
    gamma = trial.suggest_float("gamma", 0.8, 0.9999)
    entropy = math.log10(trial.suggest_float("entropyCoefficient", 1e-8, 0.1, log=True))
    length = math.log2(trial.suggest_int("rolloutLength", 8, 2048, log=True))
    epochs = trial.suggest_int("epochs", 1, 20)
    size = ["small", "medium", "large"].index(trial.suggest_categorical("network", ["small", "medium", "large"]))
    misfit = (
        ((rate + 3.3 + 0.35 * size - 0.0625 * (length - 8)) / 0.7) ** 2
        + ((gamma - 0.98) / 0.05) ** 2
        + 0.6 * max(0, entropy + 2.5) ** 2
        + ((length - 9) / 4) ** 2
        + 0.5 * ((epochs - 8) / 8) ** 2
        + [0.3, 0, 0.1][size]
    )
    return 500 * math.exp(-misfit)


def noisy(value, seed, trial):
    rng = np.random.default_rng([seed, trial])
    collapsed = rng.random() < 0.1
    return (0.3 if collapsed else 1) * value + 30 * rng.standard_normal()


OBJECTIVES = {
    "Branin": ("minimize", 0.39788735772973816, branin, None),
    "Hartmann-6": ("minimize", -3.322368011415515, hartmann6, None),
    "noisy RL surrogate": ("maximize", 500, surrogate, noisy),
}

# Of several parameters in one density, which is what it does when nothing else is asked for.
SAMPLERS = {"Optuna TPE": lambda seed: optuna.samplers.TPESampler(seed=seed)}


def main(out, trials, first_seed, seeds):
    results = {"version": optuna.__version__, "regrets": {}, "points": {}}
    for name, (direction, optimum, function, noise) in OBJECTIVES.items():
        results["regrets"][name] = {}
        for sampler, create in SAMPLERS.items():
            regrets = []
            for seed in range(first_seed, first_seed + seeds):
                study = optuna.create_study(direction=direction, sampler=create(seed))
                true = []

                def objective(trial):
                    value = function(trial)
                    true.append(value)
                    return value if noise is None else noise(value, seed, trial.number)

                study.optimize(objective, n_trials=trials)
                regrets.append(abs(true[study.best_trial.number] - optimum))
                results["points"].setdefault(name, []).append(
                    {
                        "params": study.best_params,
                        "value": true[study.best_trial.number],
                        "seed": seed,
                        "trial": study.best_trial.number,
                        "observed": study.best_value,
                    }
                )
            results["regrets"][name][sampler] = regrets
    with open(out, "w") as file:
        json.dump(results, file)


main(sys.argv[1], *map(int, sys.argv[2:5]))
