"""TRL's GRPOTrainer on a tiny random Qwen3-VL, by the code of a page as it stands. Prints what it came to as JSON.

Argument: a file of Python that makes `trainer` and trains; it reads the environment variable MODEL. Two things are not as a reader has them: the trainer runs
on the CPU in full precision, and what the model samples is scripted, since a random one calls no tools. Pictures, log-probs, loss and step are TRL's own.
"""

import functools
import json
import os
import sys
import tempfile

import torch

# The wheel of torchvision may be of another build of torch than the one for CPUs. Then its compiled operators are missing; a processor needs none of them.
library = torch.library.Library("torchvision", "FRAGMENT")
try:
    import torchvision  # noqa: F401
except RuntimeError:
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for name in [name for name in sys.modules if name.startswith("torchvision")]:
        del sys.modules[name]

import trl
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3VLConfig, Qwen3VLForConditionalGeneration, Qwen3VLProcessor
from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor
from transformers.models.qwen3_vl.video_processing_qwen3_vl import Qwen3VLVideoProcessor
from trl.chat_template_utils import qwen3_vl_chat_template

import vlm_gym

TURNS = 3
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
gym = vlm_gym.shared()


def tiny_tokenizer():
    """Pairs of bytes learned from prompts of the games."""
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    prompts = [gym.episode(game=game).now.text for game in ("2048", "swap")] * 4
    words.train_from_iterator(prompts, trainers.BpeTrainer(vocab_size=1200, special_tokens=SPECIAL, initial_alphabet=alphabet))
    words.add_tokens(["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, eos_token="<|im_end|>", pad_token="<|endoftext|>", additional_special_tokens=SPECIAL
    )
    tokenizer.chat_template = qwen3_vl_chat_template
    return tokenizer


def tiny_config(tokenizer):
    of = tokenizer.convert_tokens_to_ids
    sections = {"rope_type": "default", "mrope_section": [4, 2, 2], "mrope_interleaved": True}
    size = {"hidden_size": 64, "intermediate_size": 128}
    heads = {"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16}
    vision = {"depth": 2, "num_heads": 4, "patch_size": 16, "out_hidden_size": 64, "deepstack_visual_indexes": [0], "num_position_embeddings": 256}
    return Qwen3VLConfig(
        text_config={**size, **heads, "vocab_size": len(tokenizer), "rope_scaling": sections, "max_position_embeddings": 32768},
        vision_config={**size, **vision},
        image_token_id=of("<|image_pad|>"),
        video_token_id=of("<|video_pad|>"),
        vision_start_token_id=of("<|vision_start|>"),
        vision_end_token_id=of("<|vision_end|>"),
    )


def reply_of(at, turn):
    """Of rollout `at`: the replies of a group differ."""
    return f"<perception>?</perception><think></think><answer>{(at + turn) % 4}</answer>"


torch.manual_seed(0)
folder = tempfile.mkdtemp()
tokenizer = tiny_tokenizer()
size = {"shortest_edge": 32**2, "longest_edge": 192**2}
images = Qwen2VLImageProcessor(patch_size=16, merge_size=2, size=size)
processor = Qwen3VLProcessor(images, tokenizer, Qwen3VLVideoProcessor(patch_size=16), chat_template=qwen3_vl_chat_template)
model = Qwen3VLForConditionalGeneration(tiny_config(tokenizer))
model.save_pretrained(folder)
processor.save_pretrained(folder)
before = {name: value.detach().clone() for name, value in model.named_parameters()}

#: Pictures in the conversation of every rollout, turn by turn.
pictures = []


def scripted(self, input_ids=None, pixel_values=None, **_):
    turn = len(pictures)
    # Each picture stands between a start and an end.
    pictures.append([int((ids == self.config.vision_start_token_id).sum()) for ids in input_ids])
    patches = int((input_ids == self.config.image_token_id).sum()) * images.merge_size**2
    assert pixel_values.shape[0] == patches, (pixel_values.shape, patches)
    said = []
    for at in range(len(input_ids)):
        call = json.dumps({"name": "play", "arguments": {"reply": reply_of(at, turn)}})
        text = f"<tool_call>\n{call}\n</tool_call><|im_end|>" if turn < TURNS else "It is over.<|im_end|>"
        said.append(torch.tensor(tokenizer(text)["input_ids"]))
    padded = torch.nn.utils.rnn.pad_sequence(said, batch_first=True, padding_value=tokenizer.pad_token_id)
    return torch.cat([input_ids, padded], dim=1)


Qwen3VLForConditionalGeneration.generate = scripted
trl.GRPOConfig = functools.partial(trl.GRPOConfig, use_cpu=True, bf16=False)
os.environ["MODEL"] = folder
names = {}
with open(sys.argv[1], encoding="utf-8") as code:
    exec(code.read(), names)

trainer = names["trainer"]
after = dict(trainer.model.named_parameters())
# The same replies by the client: what the trainer was given as rewards.
rewards = []
for at, environment in enumerate(trainer.environments):
    now = environment._episode.now
    episode = gym.episode(game=now.observation["game"], seed=now.metadata["seed"], horizon=TURNS)
    played = sum(episode.step(reply_of(at, turn)).reward for turn in range(TURNS))
    rewards.append([now.metadata["seed"], environment.get_reward(), played])
log = next(line for line in trainer.state.log_history if "reward" in line)
report = {
    "steps": trainer.state.global_step,
    "reward": log["reward"],
    "failures": log["tools/failure_frequency"],
    "rewards": rewards,
    "pictures": pictures,
    "same": sorted(name for name, value in before.items() if torch.equal(value, after[name].detach())),
    "tensors": len(before),
}
print(json.dumps(report))
