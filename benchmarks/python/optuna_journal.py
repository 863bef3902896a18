"""Works on a journal with the real Optuna.

optuna_journal.py read FILE STUDY: prints every trial as JSON.
optuna_journal.py search FILE STUDY TRIALS SEED: searches on, as another process beside ours; makes the study where there is none.
"""

import json
import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial):
    rate = trial.suggest_float("rate", 1e-5, 0.1, log=True)
    width = trial.suggest_int("width", 8, 64, step=8)
    decay = trial.suggest_float("decay", 0, 1, step=0.25)
    length = trial.suggest_int("length", 1, 1000, log=True)
    kind = trial.suggest_categorical("kind", ["plain", None, True, 3, 0.5])
    trial.set_user_attr("from", "python")
    trial.report(rate * width, 10)
    if trial.number % 5 == 1:
        trial.report(float("nan"), 20)
        raise optuna.TrialPruned()
    if trial.number % 5 == 2:
        trial.report(float("-inf"), 20)
        raise ValueError("broken on purpose")
    return rate * width + decay + length + (1 if kind is None else 0)


def number(value):
    """Numbers that JSON has no word for as texts."""
    return value if value is None or abs(value) < float("inf") else str(value)


def read(study):
    return [
        {
            "number": trial.number,
            "state": trial.state.name,
            "value": trial.values[0] if trial.values else None,
            "params": trial.params,
            "distributions": {
                name: json.loads(optuna.distributions.distribution_to_json(each)) for name, each in trial.distributions.items()
            },
            "intermediate": {step: number(value) for step, value in trial.intermediate_values.items()},
            "user": trial.user_attrs,
        }
        for trial in study.get_trials()
    ]


def main(mode, path, name, *rest):
    storage = JournalStorage(JournalFileBackend(path))
    if mode == "read":
        print(json.dumps(read(optuna.load_study(study_name=name, storage=storage))))
        return
    trials, seed = map(int, rest)
    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(study_name=name, storage=storage, direction="maximize", sampler=sampler, load_if_exists=True)
    study.optimize(objective, n_trials=trials, catch=(ValueError,))


main(*sys.argv[1:])
