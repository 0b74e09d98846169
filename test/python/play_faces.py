"""Plays scripted episodes through one face of the package vlm_gym and prints what came back as JSON: a list of steps for each episode.

Arguments: name of a face, URL of a server, file with a list of {"reset": {...}, "replies": [...]}. A step has what the face hands on: the picture as a
PNG in Base64 ("image") or as the SHA-256 of its RGB pixels ("pixels"), text, reward, terminated, truncated, and fields of the metadata.
"""

import base64
import hashlib
import json
import sys
from types import MappingProxyType

import vlm_gym

face, url, path = sys.argv[1:]
episodes = json.load(open(path, encoding="utf-8"))
KEPT = ("steps", "return", "hash", "state")


def pixels(image):
    """Of a PIL image or an array."""
    return hashlib.sha256(image.tobytes()).hexdigest()


def kept(metadata):
    return {name: metadata[name] for name in KEPT}


def told(step):
    """All that the client itself has."""
    ending = {"reward": step.reward, "done": step.done, "terminated": step.terminated, "truncated": step.truncated}
    return {"text": step.text, "image": base64.b64encode(step.png).decode(), **ending, **kept(step.metadata)}


def client(gym):
    for plan in episodes:
        episode = gym.episode(**plan["reset"])
        yield [told(episode.now), *(told(episode.step(reply)) for reply in plan["replies"])]
        episode.close()


def batch(gym):
    """All at once, by one request a step."""
    all_of = gym.episodes([plan["reset"] for plan in episodes])
    seen = [[told(episode.now)] for episode in all_of]
    for turn in range(max(len(plan["replies"]) for plan in episodes)):
        going = [at for at, plan in enumerate(episodes) if turn < len(plan["replies"])]
        steps = gym.step([all_of[at] for at in going], [episodes[at]["replies"][turn] for at in going])
        for at, step in zip(going, steps):
            seen[at].append(told(step))
    yield from seen


def fork(gym):
    """Each step by a fork of the moment before, and the moment after it by a snapshot."""
    for plan in episodes:
        episode = gym.episode(**plan["reset"])
        seen = [told(episode.now)]
        for reply in plan["replies"]:
            [copy] = episode.fork()
            step = copy.step(reply)
            seen.append(told(step))
            episode = gym.episode(**copy.snapshot())
            assert told(episode.now) == {**told(step), "reward": None}
        yield seen


def gymnasium(_):
    import numpy
    from vlm_gym.gymnasium import GameEnv

    for plan in episodes:
        reset = dict(plan["reset"])
        seed = reset.pop("seed")
        env = GameEnv(url, **{**reset, "horizon": numpy.int64(reset["horizon"])})
        seen, info = env.reset(seed=seed)
        out = [{"text": seen["text"], "pixels": pixels(seen["image"]), "terminated": False, "truncated": False, **kept(info)}]
        for reply in plan["replies"]:
            seen, reward, terminated, truncated, info = env.step(reply)
            assert seen in env.observation_space and (env.render() == seen["image"]).all()
            ending = {"reward": reward, "terminated": terminated, "truncated": truncated}
            out.append({"text": seen["text"], "pixels": pixels(seen["image"]), **ending, **kept(info)})
        env.close()
        yield out


def vector(_):
    """Every episode as two of a vector: seed s twice."""
    from vlm_gym.gymnasium import GameVectorEnv

    for plan in episodes:
        reset = dict(plan["reset"])
        seed = reset.pop("seed")
        env = GameVectorEnv(2, url, **reset)
        seen, infos = env.reset(seed=[seed, seed])
        out = [[], []]

        def take(rewards, terminated, truncated):
            assert seen in env.observation_space
            for at in (0, 1):
                ending = {} if rewards is None else {"reward": float(rewards[at])}
                ending |= {"terminated": bool(terminated[at]), "truncated": bool(truncated[at])}
                metadata = {name: infos[name][at].item() if hasattr(infos[name][at], "item") else infos[name][at] for name in KEPT}
                out[at].append({"text": seen["text"][at], "pixels": pixels(seen["image"][at]), **ending, **metadata})

        take(None, [False] * 2, [False] * 2)
        for reply in plan["replies"]:
            seen, rewards, terminated, truncated, infos = env.step([reply, reply])
            take(rewards, terminated, truncated)
        env.close()
        assert out[0] == out[1]
        yield out[0]


def skyrl(_):
    import skyrl_gym

    skyrl_gym.register("vlm-gym", entry_point="vlm_gym.skyrl:GameEnv")
    for plan in episodes:
        env = skyrl_gym.make("vlm-gym", env_config={"url": url}, extras={"reset": plan["reset"]})
        messages, metadata = env.init([{"role": "system", "content": "You play."}])
        assert messages[0]["role"] == "system"
        seen = [{**shown(messages[-1]), **kept(metadata)}]
        for reply in plan["replies"]:
            out = env.step(reply)
            seen.append({"reward": out["reward"], "done": out["done"], **kept(out["metadata"])})
            seen[-1] |= shown(out["observations"][0]) if out["observations"] else {}
        assert env.get_metrics() == {"return": seen[-1]["return"], "steps": seen[-1]["steps"]}
        env.close()
        yield seen


def shown(message):
    """Of a message with an image_url part."""
    image, text = message["content"]
    return {"text": text["text"], "image": image["image_url"]["url"].removeprefix("data:image/png;base64,")}


def trl(_):
    from vlm_gym.trl import GameEnvironment

    env = GameEnvironment(url)
    for plan in episodes:
        row = {"prompt": [], "game": plan["reset"]["game"], "seed": plan["reset"]["seed"], "reset": {**plan["reset"], "preset": None}}
        image, text = env.reset(**row)
        seen = [{"text": text["text"], "pixels": pixels(image["image"])}]
        for reply in plan["replies"]:
            before = env.get_reward()
            blocks = env.play(reply)
            seen.append({"reward": env.get_reward() - before})
            if len(blocks) == 2:
                seen[-1] |= {"text": blocks[1]["text"], "pixels": pixels(blocks[0]["image"])}
            else:
                assert "The episode is over." in blocks[0]["text"]
        yield seen


def rewards(gym):
    """Each reply from the token of the moment before, as reward workers have it."""
    from vlm_gym.rewards import compute_score, compute_scores, group_rewards, score_replies

    for plan in episodes:
        token = gym.episode(**plan["reset"]).now.metadata["state"]
        seen = [{"state": token}]
        for reply in plan["replies"]:
            [scored, other] = score_replies([token, token], [reply, ""], url)
            assert group_rewards(token, [reply, ""], url=url) == [scored["score"], other["score"]]
            # Configs come as mappings of their own kind.
            one = compute_score("vlm-gym", reply, token, {}, url=url, reward=MappingProxyType({"signal": "paper"}))
            assert compute_scores(["", ""], [reply, reply], [token, token], url=url) == [one, one] and one["score"] == scored["score"]
            token = scored["state"]
            seen.append({"reward": scored["score"], "state": token})
        yield seen


print(json.dumps(list(globals()[face](vlm_gym.shared(url)))))
