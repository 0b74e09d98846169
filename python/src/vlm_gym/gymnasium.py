"""Gymnasium: `gymnasium.make("vlm_gym.gymnasium:vlm_gym/Game-v0", game="2048")`, and many at once over the server's batched step.

An action is the whole reply of a model, any text. An observation is {"image": uint8 (height, width, 3), "text": the prompt}. info is the metadata of the step; what is null there is absent.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space
from PIL import Image

from vlm_gym.client import Episode, Step, shared

Observation = dict[str, Any]
_SEEDS = 2**31


class AnyText(spaces.Text):
    """Every text is in it; samples are printable ASCII."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(max_length=32, charset="".join(map(chr, range(32, 127))), seed=seed)

    def contains(self, x: Any) -> bool:
        return isinstance(x, str)


class Picture(np.ndarray[Any, np.dtype[np.uint8]]):
    """An array of pixels that notebooks show as the picture."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        Image.fromarray(np.asarray(self)).save(file, "png")
        return file.getvalue()


def _pixels(step: Step) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.array(step.image, dtype=np.uint8)


def _space(step: Step) -> spaces.Dict:
    return spaces.Dict({"image": spaces.Box(0, 255, (step.image.height, step.image.width, 3), np.uint8), "text": AnyText()})


def _info(step: Step) -> dict[str, Any]:
    return {name: value for name, value in step.metadata.items() if name != "episode_id" and value is not None}


class GameEnv(gymnasium.Env[Observation, str]):
    """One episode after another. url, key: of a server, else one is started; reset: fields of a reset (game, preset, skin, horizon, …), docs/serve.md.

    The seed of `reset` is the game's own: equal seeds and replies give equal episodes here, in the library and in every other face. `options` are
    fields laid over those of the constructor for one episode; they must not change the size of the picture.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 4}

    def __init__(self, url: str | None = None, key: str | None = None, render_mode: str | None = "rgb_array", **reset: Any) -> None:
        self.render_mode = render_mode
        self._reset = reset
        self.episode: Episode = shared(url, key).episode(**{"seed": 0, **reset})
        self.action_space = AnyText()
        self.observation_space = _space(self.episode.now)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Observation, dict[str, Any]]:
        super().reset(seed=seed)
        drawn = int(self.np_random.integers(_SEEDS)) if seed is None else seed
        step = self.episode.reset(**{**self._reset, "seed": drawn, **(options or {})})
        return self._seen(step), _info(step)

    def step(self, action: str) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        step = self.episode.step(action)
        return self._seen(step), float(step.reward or 0), step.terminated, step.truncated, _info(step)

    def render(self) -> Picture:
        return _pixels(self.episode.now).view(Picture)

    def close(self) -> None:
        self.episode.close()

    def _seen(self, step: Step) -> Observation:
        return {"image": _pixels(step), "text": step.text}


class GameVectorEnv(gymnasium.vector.VectorEnv[Observation, Sequence[str], np.ndarray[Any, Any]]):
    """Many episodes, moved by one request a step: what a SyncVectorEnv of as many GameEnv gives, faster.

    `reset(seed=s)` gives the games the seeds s, s + 1, …; a sequence gives each its own. An ended episode starts anew with the next step
    (AutoresetMode.NEXT_STEP), whose reply to it is not played.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 4, "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self, num_envs: int, url: str | None = None, key: str | None = None, render_mode: str | None = "rgb_array", **reset: Any
    ) -> None:
        self.num_envs, self.render_mode, self._reset = num_envs, render_mode, reset
        self._gym = shared(url, key)
        self._random = [seeding.np_random()[0] for _ in range(num_envs)]
        self.episodes: list[Episode] = self._gym.episodes([{"seed": at, **reset} for at in range(num_envs)])
        self.single_action_space, self.single_observation_space = AnyText(), _space(self.episodes[0].now)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        super().reset(seed=seed if isinstance(seed, int) else None)
        seeds = [seed + at for at in range(self.num_envs)] if isinstance(seed, int) else seed or [None] * self.num_envs
        self._begin(dict(zip(range(self.num_envs), seeds, strict=True)), options or {})
        return self._seen(), self._infos()

    def step(
        self, actions: Sequence[str]
    ) -> tuple[Observation, np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any], dict[str, Any]]:
        ended = [at for at, episode in enumerate(self.episodes) if episode.now.done]
        going = [at for at, episode in enumerate(self.episodes) if not episode.now.done]
        if going:
            self._gym.step([self.episodes[at] for at in going], [actions[at] for at in going])
        if ended:
            self._begin(dict.fromkeys(ended), {})
        now = [episode.now for episode in self.episodes]
        rewards = np.array([step.reward or 0 for step in now], dtype=np.float64)
        terminated, truncated = np.array([step.terminated for step in now]), np.array([step.truncated for step in now])
        return self._seen(), rewards, terminated, truncated, self._infos()

    def render(self) -> tuple[Picture, ...]:
        return tuple(_pixels(episode.now).view(Picture) for episode in self.episodes)

    def close_extras(self, **_: Any) -> None:
        for episode in self.episodes:
            episode.close()

    def _begin(self, seeds: Mapping[int, int | None], options: Mapping[str, Any]) -> None:
        for at, seed in seeds.items():
            if seed is not None:
                self._random[at] = seeding.np_random(seed)[0]
        drawn = {at: int(self._random[at].integers(_SEEDS)) if seed is None else int(seed) for at, seed in seeds.items()}
        resets = [{**self._reset, "seed": seed, **options, "episode_id": self.episodes[at].id} for at, seed in drawn.items()]
        for at, episode in zip(drawn, self._gym.episodes(resets), strict=True):
            self.episodes[at] = episode

    def _seen(self) -> Observation:
        now = [episode.now for episode in self.episodes]
        return {"image": np.stack([_pixels(step) for step in now]), "text": tuple(step.text for step in now)}

    def _infos(self) -> dict[str, Any]:
        infos: dict[str, Any] = {}
        for at, episode in enumerate(self.episodes):
            infos = self._add_info(infos, _info(episode.now), at)
        return infos


gymnasium.register("vlm_gym/Game-v0", entry_point="vlm_gym.gymnasium:GameEnv", vector_entry_point="vlm_gym.gymnasium:GameVectorEnv")
