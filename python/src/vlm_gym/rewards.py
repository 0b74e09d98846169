"""Rewards of groups of replies, without sessions: for verl and for plain GRPO loops. A state token says what each reply answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vlm_gym.client import shared


def score_replies(
    states: Sequence[str], replies: Sequence[str], url: str | None = None, key: str | None = None, **request: Any
) -> list[dict[str, Any]]:
    """Scores reply i from state token i, in one request; equal states share it.

    Each score is {"score": the training reward, "parts": what adds up to it, "format", "perception_cells", …: of the reply, "terminated", "truncated",
    "state": the token after the reply}. Further fields are those of POST /v1/groups: reward, horizon, restart, tokens. Raises GymError for a token that is none.
    """
    groups: dict[str, list[int]] = {}
    for at, (state, _) in enumerate(zip(states, replies, strict=True)):
        groups.setdefault(state, []).append(at)
    if not groups:
        return []
    asked = [{"state": state, "replies": [replies[at] for at in places]} for state, places in groups.items()]
    scored: list[dict[str, Any]] = [{}] * len(states)
    for places, answer in zip(groups.values(), shared(url, key).groups(asked, **request), strict=True):
        for at, reply in zip(places, answer["replies"], strict=True):
            ending = {name: reply[name] for name in ("terminated", "truncated", "state")}
            scored[at] = {"score": reply["reward"], "parts": reply["reward_parts"], **reply["score"], **ending}
    return scored


def group_rewards(state: str, replies: Sequence[str], **request: Any) -> list[float]:
    """The rewards of one group: many replies to one state, as GRPO compares them. Fields as in `score_replies`."""
    return [float(scored["score"]) for scored in score_replies([state] * len(replies), replies, **{"tokens": False, **request})]


def compute_score(data_source: Any, solution_str: Any, ground_truth: Any, extra_info: Any = None, **request: Any) -> Any:
    """verl's custom reward function: ground_truth is the state token that solution_str replies to.

    Gives {"score": …} with the numbers of the reply, which verl logs beside it. Other arguments are not used, but `request` (verl:
    custom_reward_function.reward_kwargs) is as in `score_replies`.
    """
    return _numbers(score_replies([ground_truth], [solution_str], **{"tokens": False, **request})[0])


def compute_scores(
    data_sources: Sequence[Any], solution_strs: Sequence[str], ground_truths: Sequence[str], extra_infos: Sequence[Any] | None = None, **request: Any
) -> list[dict[str, float]]:
    """As `compute_score` for a whole batch in one request: for verl's batch reward manager."""
    return [_numbers(scored) for scored in score_replies(ground_truths, solution_strs, **{"tokens": False, **request})]


def _numbers(scored: Mapping[str, Any]) -> dict[str, float]:
    names = ("score", "format", "perception_exact", "perception_cells", "think", "game_reward")
    return {name: float(scored[name]) for name in names}
