"""Plays scripted episodes with the generic client of OpenEnv, as a trainer does, and prints what it got as JSON.

Arguments: URL of a server, file with a list of {"reset": {...}, "replies": [...]}.
"""

import json
import sys

from openenv import GenericEnvClient
from openenv.cli._validation import validate_running_environment

url, path = sys.argv[1:]
episodes = json.load(open(path, encoding="utf-8"))


def shown(result):
    """What the client hands to a trainer."""
    return {
        "text": result.observation["text"],
        "image": result.observation["image"],
        "reward": result.reward,
        "done": result.done,
        "hash": result.metadata["hash"],
    }


report = {"validator": validate_running_environment(url), "episodes": [], "errors": []}
with GenericEnvClient(base_url=url).sync() as client:
    for episode in episodes:
        steps = [shown(client.reset(**episode["reset"]))]
        for reply in episode["replies"]:
            steps.append(shown(client.step({"text": reply})))
        report["episodes"].append(steps)
        # A request that cannot be read costs nothing.
        try:
            client.step({"move": "up"})
        except RuntimeError as error:
            report["errors"].append(str(error))
        state = client.state()
        # The snapshot is a reset, for any client.
        with GenericEnvClient(base_url=url).sync() as other:
            report["episodes"].append([shown(other.reset(**state["snapshot"]))])
print(json.dumps(report))
