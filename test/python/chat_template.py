"""Prints, as JSON, the token ids that transformers gives each conversation: chat_template.py FOLDER CONVERSATIONS."""

import json
import sys

from transformers import PreTrainedTokenizerFast

folder, conversations = sys.argv[1:]
tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
with open(conversations, encoding="utf-8") as file:
    said = json.load(file)
ids = [tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=True, return_dict=False) for messages in said]
print(json.dumps(ids))
