"""Gymnasium's own checker, and its vector API, on the package's environments. Every warning is an error. Prints what was seen as JSON."""

import json
import pickle
import sys
import warnings

import gymnasium
import numpy as np
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.vector import SyncVectorEnv

import vlm_gym.gymnasium
from vlm_gym.gymnasium import GameEnv

warnings.simplefilter("error")
report = {"checked": [], "vector": [], "ended": 0}

for game in sys.argv[1:]:
    env = gymnasium.make("vlm_gym.gymnasium:vlm_gym/Game-v0", game=game, horizon=3)
    check_env(env.unwrapped)
    env.reset(seed=7)
    # In a notebook the rendered picture is shown as one.
    assert env.render()._repr_png_().startswith(b"\x89PNG")
    report["checked"].append(game)

    # The batched environment is what Gymnasium makes of single ones, also where episodes end and start anew.
    fields = {"game": game, "horizon": 3}
    ours = gymnasium.make_vec("vlm_gym/Game-v0", num_envs=3, vectorization_mode="vector_entry_point", **fields)
    theirs = SyncVectorEnv([lambda: GameEnv(**fields)] * 3)
    assert ours.single_observation_space == theirs.single_observation_space and ours.observation_space == theirs.observation_space
    assert ours.metadata["autoreset_mode"] == theirs.metadata["autoreset_mode"]
    ours.action_space.seed(5)
    seen = [(ours.reset(seed=40), theirs.reset(seed=40))]
    for turn in range(9):
        replies = [f"<perception>{text}</perception><think></think><answer>{turn % 4}</answer>" for text in ours.action_space.sample()]
        seen.append((ours.step(replies), theirs.step(replies)))
        report["ended"] += int(seen[-1][0][3].sum())
    seen.append((ours.reset(), theirs.reset()))
    seen.append((ours.reset(seed=[1, None, 3]), theirs.reset(seed=[1, None, 3])))
    for one, other in seen:
        assert one[0]["text"] == other[0]["text"]
        assert np.array_equal(one[0]["image"], other[0]["image"])
        assert all(np.array_equal(a, b) for a, b in zip(one[1:-1], other[1:-1]))
        assert data_equivalence(one[-1]["state"], other[-1]["state"])
    assert all(np.array_equal(a, b) for a, b in zip(ours.render(), theirs.render()))
    # A wrapper of theirs goes on top.
    recorded = gymnasium.wrappers.vector.RecordEpisodeStatistics(ours)
    recorded.reset(seed=1)
    for _ in range(3):
        *_, infos = recorded.step(recorded.action_space.sample())
    report["vector"].append([float(value) for value in infos["episode"]["r"]])
    ours.close()
    theirs.close()

assert pickle.loads(pickle.dumps(vlm_gym.shared())).url == vlm_gym.shared().url
print(json.dumps(report))
