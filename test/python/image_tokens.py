"""Tokens of a picture by the resizing of transformers' image processor, for 50 sizes and both families: the table src/chat-formats/image-tokens-fixture.ts. Prints it as JSON."""

import ast
import importlib.util
import json
import math
import random
from pathlib import Path

# The function alone: its module loads torchvision, which is not always to be had for the torch that is there.
path = Path(importlib.util.find_spec("transformers").origin).parent / "models/qwen2_vl/image_processing_pil_qwen2_vl.py"
function = next(n for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef) and n.name == "smart_resize")
place = {"math": math}
exec(compile(ast.Module([function], []), str(path), "exec"), place)
smart_resize = place["smart_resize"]

random.seed(14)
SIZES = [(80, 80), (112, 112), (150, 224), (48, 32), (1, 150), (5000, 4000), (4096, 4096), (28, 28), (42, 70), (336, 336)]
while len(SIZES) < 50:
    SIZES.append((random.randint(8, 1600), random.randint(8, 1600)))


def tokens(width: int, height: int, side: int, least: int, most: int) -> int:
    rows, columns = smart_resize(height, width, factor=side, min_pixels=least, max_pixels=most)
    return (rows // side) * (columns // side)


print(json.dumps([[w, h, tokens(w, h, 28, 3136, 12845056), tokens(w, h, 32, 65536, 16777216), tokens(w, h, 28, 3136, 401408)] for w, h in SIZES]))
