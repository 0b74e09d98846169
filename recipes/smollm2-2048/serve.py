"""Starts SkyRL's Tinker server on this machine's CPU, as its package is, without uv.

    python serve.py --model FOLDER [--port 8801] [--state FOLDER] [--backend-config JSON]

SkyRL starts its engine by `uv run`, with the arguments of the `uv run` that started the server. Here the engine is started by the
Python that runs this file. Nothing else of SkyRL is changed. The server listens on 127.0.0.1 alone and asks for no key.
"""

import argparse
import json
import os
import sys
from pathlib import Path

# Four sequences a pass take 7 GB, eight may take all of 24. Of the adapters slot 0 is the base model's, one is trained, one is a reference.
BACKEND = {"max_lora_adapters": 3, "max_lora_rank": 16, "train_micro_batch_size": 4, "sample_max_num_sequences": 32}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, type=Path, help="folder with config.json, tokenizer.json and *.safetensors")
    parser.add_argument("--port", type=int, default=8801)
    parser.add_argument("--state", type=Path, default=Path("runs/skyrl"), help="checkpoints and the queue of requests (default: runs/skyrl)")
    parser.add_argument("--backend-config", type=json.loads, default={}, help="settings of SkyRL's JAX backend, over those of this file")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    for name in ("config.json", "tokenizer.json"):
        if not (args.model / name).is_file():
            sys.exit(f"error: {args.model} has no {name}, so it is no folder of a model; README.md says how to make one")
    args.state.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(args.state.resolve() / "compiled"))

    import uvicorn
    from skyrl.tinker import api
    from skyrl.tinker.config import EngineConfig, config_to_argv

    api._build_uv_run_cmd_engine = lambda parent, config: [sys.executable, "-m", "skyrl.tinker.engine", *config_to_argv(config)]
    api.app.state.engine_config = EngineConfig(
        base_model=str(args.model),
        backend="jax",
        backend_config={**BACKEND, **args.backend_config},
        checkpoints_base=args.state.resolve() / "checkpoints",
        database_url=f"sqlite:///{args.state.resolve() / 'queue.db'}",
    )
    uvicorn.run(api.app, host="127.0.0.1", port=args.port, log_level="warning")


if __name__ == "__main__":
    main()
