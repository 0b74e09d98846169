"""TRL: an environment for `GRPOTrainer(environment_factory=…)`, with a picture in every turn. The model plays by calling the tool `play`.

    GRPOTrainer(…, train_dataset=Dataset.from_list([{"game": "2048", "seed": 7}, …]), environment_factory=partial(GameEnvironment, horizon=8))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vlm_gym.client import Episode, Step, shared
from vlm_gym.errors import GymError

Block = dict[str, Any]


class GameEnvironment:
    """An episode after another. url, key: of a server, else one is started; reset: fields of every reset (preset, skin, horizon, reward, …), docs/serve.md."""

    def __init__(self, url: str | None = None, key: str | None = None, **reset: Any) -> None:
        self._gym = shared(url, key)
        self._fields = reset
        self._episode: Episode | None = None
        self._reward = 0.0
        self._failure: GymError | None = None

    def reset(self, game: str | None = None, seed: int | None = None, reset: Mapping[str, Any] | None = None, **_columns: Any) -> list[Block]:
        """Starts the episode of a row of the data set: its columns game, seed, and reset for any further fields. Gives the picture and the prompt."""
        row = {**(reset or {}), "game": game, "seed": seed}
        fields = {**self._fields, **{name: value for name, value in row.items() if value is not None}}
        if "seed" not in fields and "state" not in fields:
            raise GymError("seed is missing: the replies that GRPO compares must begin with one board; give the data set a column seed")
        self._reward, self._failure = 0.0, None
        if self._episode is None:
            self._episode = self._gym.episode(**fields)
        else:
            self._episode.reset(**fields)
        return _blocks(self._episode.now)

    def play(self, reply: str) -> list[Block]:
        """
        Plays your reply to the board that you see, and shows the board after it.

        Args:
            reply: Your whole reply, in the sections that the prompt asks for, such as <perception>…</perception><think>…</think><answer>…</answer>.

        Returns:
            The picture of the next board and what to do, or that the episode is over.
        """
        if self._episode is None:
            raise GymError("there is no episode yet: reset comes before play")
        try:
            step = self._episode.step(reply)
        except GymError as error:
            self._failure = error
            raise
        self._reward += step.reward or 0.0
        over = [{"type": "text", "text": f"{step.observation['feedback']} The episode is over.".strip()}]
        return over if step.done else _blocks(step)

    def get_reward(self) -> float:
        """The sum of the training rewards of the episode's replies. Raises GymError if one was not played: TRL shows a tool's errors to the model alone."""
        if self._failure is not None:
            raise self._failure
        return self._reward


def _blocks(step: Step) -> list[Block]:
    image = [] if step.png is None else [{"type": "image", "image": step.image}]
    return [*image, {"type": "text", "text": step.text}]
