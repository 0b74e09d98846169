"""The package starts a server by itself, and says what is wrong when it cannot. Prints JSON; then it is killed, and the server must end too."""

import json
import multiprocessing
import os
import signal
import sys

import vlm_gym
from vlm_gym.trl import GameEnvironment

KEY = "a-key-that-nobody-else-has-0123456789"


def refused(work):
    try:
        work()
    except vlm_gym.GymError as error:
        return {"message": str(error), "status": error.status, "code": error.code, "param": error.param}
    raise AssertionError("nothing was refused")


def hash_of_seed(seed):
    """In a process of its own, which shares the server."""
    episode = vlm_gym.shared().episode(game="2048", seed=seed)
    return [vlm_gym.shared().url, episode.now.metadata["hash"]]


if __name__ == "__main__":
    gym = vlm_gym.shared()
    episode = gym.episode(game="2048", seed=7)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        forked = pool.map(hash_of_seed, [7, 7])
    episode.close()
    episode.close()
    other = vlm_gym.Gym(command=os.environ["VLM_GYM_COMMAND"])
    with other:
        elsewhere = other.episode(game="2048", seed=7).now.metadata["hash"]
        environment = GameEnvironment(other.url)
        environment.reset(game="2048", seed=7)
    keyed = vlm_gym.Gym(command=os.environ["VLM_GYM_COMMAND"], key=KEY)
    report = {
        "keyed": keyed.episode(game="2048", seed=7).now.metadata["hash"],
        "url": gym.url,
        "hash": episode.now.metadata["hash"],
        "forked": forked,
        "elsewhere": elsewhere,
        "closed": refused(other.episode),
        "played": [refused(lambda: environment.play("up")), refused(environment.get_reward)],
        "unseeded": refused(lambda: environment.reset(game="2048")),
        "game": refused(lambda: gym.episodes([{}, {"game": "204"}])),
        "ended": refused(lambda: episode.step("up")),
        "token": refused(lambda: gym.groups([{"state": "x", "replies": ["up"]}])),
        "picture": refused(lambda: gym.episode(image="none").now.image),
        "command": refused(lambda: vlm_gym.Gym(command="no-such-command")),
        "broken": refused(lambda: vlm_gym.Gym(command=[sys.executable, "-c", "print('not a server')"])),
        "key": refused(lambda: vlm_gym.Gym(keyed.url).episode()),
    }
    print(json.dumps(report), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
