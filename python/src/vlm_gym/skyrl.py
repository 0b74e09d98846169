"""SkyRL: an environment class of skyrl_gym whose turns have pictures as `image_url` parts. For `generator.vision_language_generator=true`.

    skyrl_gym.register("vlm-gym", entry_point="vlm_gym.skyrl:GameEnv")

A row of the data set has `env_class: vlm-gym` and, in `reset` (of `extra_info` or beside it), the fields of a reset: game, seed, preset, horizon, …
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyrl_gym.envs.base_text_env import BaseTextEnv, BaseTextEnvStepOutput

from vlm_gym.client import Episode, shared


class GameEnv(BaseTextEnv):
    """An episode. env_config may have url and key of a server, and reset: fields for every row, over which those of the row are laid."""

    def __init__(self, env_config: Mapping[str, Any] | None = None, extras: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        config, row = env_config or {}, extras or {}
        fields = row.get("reset") or (row.get("extra_info") or {}).get("reset") or {}
        self._reset = {**(config.get("reset") or {}), **fields}
        self._gym = shared(config.get("url"), config.get("key"))
        self.episode: Episode | None = None

    def init(self, prompt: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Starts the episode. What the row's prompt says comes before the first picture: a system message, say, or nothing."""
        self.episode = self._gym.episode(**self._reset)
        return [*prompt, self.episode.now.message()], dict(self.episode.now.metadata)

    def step(self, action: str) -> BaseTextEnvStepOutput:
        """Plays a whole reply of the model."""
        assert self.episode is not None, "init comes before step"
        self.turns += 1
        step = self.episode.step(action)
        observations = [] if step.done else [step.message()]
        return BaseTextEnvStepOutput(observations=observations, reward=float(step.reward or 0), done=step.done, metadata=dict(step.metadata))

    def get_metrics(self) -> dict[str, Any]:
        """What the episode came to: environment rewards, and replies played."""
        now = {} if self.episode is None else self.episode.now.metadata
        return {"return": now.get("return", 0), "steps": now.get("steps", 0)}

    def close(self) -> None:
        if self.episode is not None:
            self.episode.close()
