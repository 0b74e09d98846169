"""Reads a data set folder with Hugging Face `datasets`, as a user does, and prints what it finds as JSON."""

import hashlib
import json
import sys

from datasets import Image, List, load_dataset

data = load_dataset(sys.argv[1], cache_dir=sys.argv[2])
report = {}
for split, rows in data.items():
    images = rows.features["images"]
    pictures = [row["images"][0] for row in rows]
    report[split] = {
        "rows": len(rows),
        "columns": rows.column_names,
        "imageFeature": isinstance(images, (List, list)) and isinstance(getattr(images, "feature", None) or images[0], Image),
        "sizes": sorted({picture.size for picture in pictures}),
        # Of the RGB pixels, so that they can be compared with those that were drawn.
        "pixels": [hashlib.sha256(picture.convert("RGB").tobytes()).hexdigest() for picture in pictures],
        "messages": [row["messages"] for row in rows],
        "ids": rows["id"][:],
        "rewards": rows["reward"][:],
    }
print(json.dumps(report))
