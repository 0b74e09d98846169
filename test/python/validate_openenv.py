"""OpenEnv's own validation of the package folder, as far as it goes without Docker, and prints it as JSON.

Arguments: the folder, URL of a running server. The static level is the command's; of the runtime level the validator's collector plays
validation/runtime.json against the server, and its graders judge what came back.
"""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from openenv.validation.graders.runtime.basic import ObservationSchemaGrader, RewardWellFormedGrader, StateContractGrader
from openenv.validation.parsers.openenv_yaml import OpenEnvYamlParser
from openenv.validation.runtime.collector import collect_runtime_evidence
from openenv.validation.runtime.contracts import load_runtime_plan

folder, url = Path(sys.argv[1]), sys.argv[2]
static = subprocess.run(
    [str(Path(sys.executable).parent / "openenv"), "validate", str(folder), "--level", "static", "--json"], capture_output=True, text=True
)
manifest = OpenEnvYamlParser().parse(folder)
plan = load_runtime_plan(folder, manifest.execution)
evidence = collect_runtime_evidence(url, plan, episode_timeout_s=manifest.resources.episode_timeout_s)
subject = SimpleNamespace(manifest=manifest, runtime_evidence=evidence)
results = [grader().run(subject) for grader in (RewardWellFormedGrader, ObservationSchemaGrader, StateContractGrader)]
print(
    json.dumps(
        {
            "staticCode": static.returncode,
            "static": {one["check_id"]: one["status"] for one in json.loads(static.stdout)["results"]},
            "runtime": [{"check": one.check_id, "status": one.status.value, "evidence": list(one.evidence)} for one in results],
            "rewards": [json.loads(one.response_json)["data"].get("reward") for one in evidence.exchanges if one.operation == "step"],
        }
    )
)
