"""Visual games that train and judge vision-language models: the client of `vlm-gym serve`, and its faces for trainers.

Everything is decided by the server. A face is a module of its own, imported when it is wanted: `vlm_gym.gymnasium`, `vlm_gym.verifiers`,
`vlm_gym.trl`, `vlm_gym.skyrl`, `vlm_gym.rewards`.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from vlm_gym.client import Episode, Gym, Step, shared
from vlm_gym.errors import GymError

__all__ = ["Episode", "Gym", "GymError", "Step", "shared"]

# verifiers finds a taskset by the name of its package: `vf-eval vlm-gym`.
_TASKSET = ("GameTaskset", "GameEnv") if find_spec("verifiers") else ()
__all__ += _TASKSET


def __getattr__(name: str) -> Any:
    if name in _TASKSET:
        return getattr(import_module("vlm_gym.verifiers"), name)
    raise AttributeError(f"module 'vlm_gym' has no attribute {name!r}")
