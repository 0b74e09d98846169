"""The client of `vlm-gym serve`: episodes one by one or many in one request, and groups without sessions."""

from __future__ import annotations

import base64
import io
import json
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import urllib3
from PIL import Image

from vlm_gym.errors import GymError
from vlm_gym.server import Server

#: Many answers with their pictures in one binary body; docs/serve.md of the repository has the layout.
FRAMES = "application/vnd.vlm-gym.frames"
_TIMEOUT = urllib3.Timeout(connect=10, read=600)


@dataclass(frozen=True)
class Step:
    """What a reset or a step came to.

    observation is for the model: text, feedback, legal_actions and so on; metadata is for the trainer: score, state token, hash and so on. Their
    fields are those of docs/serve.md. png: the picture as a file; None where none was asked for. reward: None after a reset, 0 after the end.
    """

    observation: Mapping[str, Any]
    png: bytes | None
    reward: float | None
    terminated: bool
    truncated: bool
    metadata: Mapping[str, Any]

    @property
    def done(self) -> bool:
        """The game ended, or the horizon cut the episode."""
        return self.terminated or self.truncated

    @property
    def text(self) -> str:
        """The prompt, which ends with what the last move did."""
        return str(self.observation["text"])

    @property
    def image(self) -> Image.Image:
        """The picture, RGB. Raises GymError for an episode without pictures."""
        return Image.open(io.BytesIO(self._picture())).convert("RGB")

    @property
    def data_url(self) -> str:
        """The picture as data:image/png;base64,…; equal states give equal texts. Raises GymError for an episode without pictures."""
        return f"data:image/png;base64,{base64.b64encode(self._picture()).decode()}"

    def message(self) -> dict[str, Any]:
        """The user's turn as endpoints want it: the picture as an `image_url` part, where there is one, then the text."""
        image = [] if self.png is None else [{"type": "image_url", "image_url": {"url": self.data_url}}]
        return {"role": "user", "content": [*image, {"type": "text", "text": self.text}]}

    def _picture(self) -> bytes:
        if self.png is None:
            raise GymError("this episode has no pictures: it was reset with image='none'; leave that out")
        return self.png

    def _repr_png_(self) -> bytes | None:
        """The picture, for notebooks."""
        return self.png


class Episode:
    """A session of a server under a name of its own. `now`: its newest step."""

    def __init__(self, gym: Gym, now: Step) -> None:
        self.gym = gym
        self.id: str = now.metadata["episode_id"]
        self.now = now

    def step(self, reply: str) -> Step:
        """Plays a whole reply of the model, whatever it is: one that cannot be read is scored, not refused."""
        return self.gym.step([self], [reply])[0]

    def reset(self, **fields: Any) -> Step:
        """Starts anew under the same name; the fields are those of `Gym.episode`."""
        self.now = self.gym.episode(**{**fields, "episode_id": self.id}).now
        return self.now

    def snapshot(self) -> dict[str, Any]:
        """The fields of a reset that goes on from here, in any server; plain JSON."""
        return dict(self.gym.request("GET", f"/v1/sessions/{self.id}/snapshot")["snapshot"])

    def fork(self, count: int = 1) -> list[Episode]:
        """More episodes that go on from this moment, each by itself."""
        return [Episode(self.gym, step) for step in self.gym.steps(f"/v1/sessions/{self.id}/fork", {"count": count})]

    def close(self) -> None:
        """Ends it in the server. One that the server has already ended is no error."""
        try:
            self.gym.request("DELETE", f"/v1/sessions/{self.id}")
        except GymError as error:
            if error.code != "SESSION_NOT_FOUND":
                raise


class Gym:
    """A server of games.

    url: where it is; absent: VLM_GYM_URL, else a server of our own is started (`command`, VLM_GYM_COMMAND, `vlm-gym` in PATH, or npx) and ends with
    this process or by `close`. key: what the server asks for; absent: VLM_GYM_KEY. Threads and forked processes may share one; a pickled one is the same
    server by its URL.
    """

    def __init__(self, url: str | None = None, *, key: str | None = None, command: str | Sequence[str] | None = None) -> None:
        url = url or (None if command else os.environ.get("VLM_GYM_URL"))
        self._key = key if key is not None else os.environ.get("VLM_GYM_KEY")
        self._server = Server(command, self._key) if url is None else None
        self.url = (self._server.url if self._server else url or "").rstrip("/")
        self._connect()

    def _connect(self) -> None:
        self._pid = os.getpid()
        # A step is never sent twice: only a connection that could not be made is tried again.
        self._http = urllib3.PoolManager(maxsize=32, timeout=_TIMEOUT, retries=urllib3.Retry(connect=2, read=0, redirect=0, status=0, other=0))

    def episode(self, **fields: Any) -> Episode:
        """Starts an episode. Fields are those of a reset, docs/serve.md: game, seed, preset, perception, reasoning, config, skin, horizon, reward, state, …"""
        return self.episodes([fields])[0]

    def episodes(self, resets: Sequence[Mapping[str, Any]]) -> list[Episode]:
        """Starts many in one request, or none. Raises GymError that names the one at fault."""
        named = [{**fields, "episode_id": fields.get("episode_id") or uuid.uuid4().hex} for fields in resets]
        return [Episode(self, step) for step in self.steps("/v1/sessions", {"resets": named})]

    def step(self, episodes: Sequence[Episode], replies: Sequence[str]) -> list[Step]:
        """A step of many in one request, or of none. Raises GymError, ValueError where the lengths differ."""
        moves = [{"id": episode.id, "text": reply} for episode, reply in zip(episodes, replies, strict=True)]
        steps = self.steps("/v1/step", {"steps": moves})
        for episode, step in zip(episodes, steps, strict=True):
            episode.now = step
        return steps

    def groups(self, groups: Sequence[Mapping[str, Any]], **request: Any) -> list[dict[str, Any]]:
        """Scores groups of replies from state tokens, without sessions: {"state": token, "replies": […]} each. Further fields: reward, chance, horizon, …"""
        return list(self.request("POST", "/v1/groups", {"groups": list(groups), **request})["groups"])

    def steps(self, path: str, body: Mapping[str, Any]) -> list[Step]:
        """The answers of a route that gives many, in the order of the request."""
        data = self._send("POST", path, body, {"accept": FRAMES})
        rest = 4 + int.from_bytes(data[:4], "little")
        return [_step(answer, data, rest) for answer in json.loads(data[4:rest])["results"]]

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A request of JSON and its answer. Raises GymError."""
        return dict(json.loads(self._send(method, path, body, {})))

    def close(self) -> None:
        """Ends the server if it is our own."""
        self._http.clear()
        if self._server is not None:
            self._server.close()

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None, headers: dict[str, str]) -> bytes:
        if self._pid != os.getpid():
            self._connect()
        if self._key is not None:
            headers["authorization"] = f"Bearer {self._key}"
        data = None if body is None else json.dumps(body, default=_plain).encode()
        try:
            answer = self._http.request(method, self.url + path, body=data, headers={"content-type": "application/json", **headers})
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            raise GymError(f"{self.url} does not answer ({reason}); is `vlm-gym serve` running there?") from error
        if answer.status < 400:
            return answer.data
        raise _refusal(answer.status, answer.data)

    def __enter__(self) -> Gym:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return _at, (self.url, self._key)


def _at(url: str, key: str | None) -> Gym:
    return Gym(url, key=key)


@cache
def shared(url: str | None = None, key: str | None = None) -> Gym:
    """The gym of that address, one for the whole process; without an address that of `Gym()`."""
    return Gym(url, key=key)


def _step(answer: dict[str, Any], data: bytes, rest: int) -> Step:
    place = answer["observation"].pop("image")
    png = None if place is None else data[rest + place["offset"] :][: place["length"]]
    return Step(answer["observation"], png, answer["reward"], answer["terminated"], answer["truncated"], answer["metadata"])


def _plain(value: Any) -> Any:
    """Of configs and data sets: mappings and lists of their own kinds, numbers of NumPy."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Sequence):
        return list(value)
    raise GymError(f"a {type(value).__name__} cannot be sent to the server; give numbers, texts, lists and dictionaries")


def _refusal(status: int, data: bytes) -> GymError:
    try:
        body = json.loads(data)
        return GymError(str(body["detail"]), status=status, code=body.get("code"), param=body.get("param"))
    except (ValueError, TypeError, KeyError):
        return GymError(f"the server answered {status}: {data[:200].decode(errors='replace')}", status=status)
