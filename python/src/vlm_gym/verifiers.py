"""verifiers and prime-rl: a taskset of seeded games, a picture in every turn, rewards of the server. `vf-eval vlm-gym` finds it by the package's name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import verifiers.v1 as vf
from pydantic import Field
from verifiers.v1.harnesses.null import NullHarnessConfig
from verifiers.v1.runtimes import SubprocessConfig

from vlm_gym.client import shared


class GameData(vf.TaskData):
    """What is played: fields of a reset, and where. The key of a server is VLM_GYM_KEY alone, so that no trace has it."""

    reset: dict[str, Any]
    url: str | None = None


class GameConfig(vf.TasksetConfig):
    games: list[str] = ["2048"]
    """Games, in turn from task to task."""
    tasks: int = 100
    """How many tasks there are."""
    seed: int = 0
    """Seed of the first; each task has its own."""
    reset: dict[str, Any] = Field(default_factory=dict)
    """Further fields of every reset: preset, perception, reasoning, skin, horizon, reward, …"""
    url: str | None = None
    """Of a server; absent: VLM_GYM_URL, else one is started."""


class GameTask(vf.Task[GameData]):
    pass


class GameTaskset(vf.Taskset[GameTask, GameConfig]):
    def load(self) -> Iterator[GameTask]:
        config = self.config
        for at in range(config.tasks):
            reset = {"game": config.games[at % len(config.games)], "seed": config.seed + at, **config.reset}
            yield GameTask(GameData(name=f"{reset['game']}#{reset['seed']}", prompt=None, reset=reset, url=config.url), config.task)


class GameEnvConfig(vf.EnvConfig):
    # A conversation and nothing else: no tools, no code.
    player: vf.AgentConfig = vf.AgentConfig(harness=NullHarnessConfig(id="null"), runtime=SubprocessConfig())


class GameEnv(vf.Env[GameEnvConfig]):
    async def run(self, task: GameTask, agents: Any) -> None:
        data = task.data
        gym = await asyncio.to_thread(shared, data.url)
        episode = await asyncio.to_thread(lambda: gym.episode(**data.reset))
        try:
            total = 0.0
            async with agents.player.interaction(task) as game:
                turn = await game.turn([episode.now.message()])
                while not turn.terminated:
                    step = await asyncio.to_thread(episode.step, _reply(turn))
                    total += step.reward or 0.0
                    if step.done:
                        break
                    turn = await game.turn([step.message()])
            game.trace.record_reward("reward", total)
            game.trace.record_metric("return", float(episode.now.metadata["return"]))
            game.trace.record_metric("steps", float(episode.now.metadata["steps"]))
        finally:
            await asyncio.to_thread(episode.close)


def _reply(turn: vf.Segment) -> str:
    """The model's words as they are."""
    said = [message.content or "" for message in turn.messages if message.role == "assistant"]
    return said[-1] if said else ""


__all__ = ["GameEnv", "GameTaskset"]
