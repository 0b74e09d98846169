"""The embedded model in PyTorch, for `npm run bench -- torch`: same weights, same batch, same optimisers, same sampling.

Started by bench/torch.mjs. It reads a checkpoint and the load from safetensors files, then answers one line of JSON on standard
output for each line on standard input, until the input ends.
"""

import argparse
import json
import math
import re
import struct
import sys
import time

import torch
import torch.nn.functional as F

LINES, WORDS = 16, 32
"""Embeddings there are for lines of a section and words of a line; later ones share the last."""
HIDDEN = -1e9
ADAM = {"betas": (0.9, 0.95), "eps": 1e-8, "weight_decay": 0.0}


def read_safetensors(path):
    """Metadata, and float32 tensors by name."""
    with open(path, "rb") as file:
        content = bytearray(file.read())
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        flat = torch.frombuffer(content, dtype=torch.float32, count=(end - start) // 4, offset=8 + length + start)
        tensors[name] = flat.reshape(entry["shape"]).clone()
    return metadata, tensors


def rms_norm(x):
    return F.rms_norm(x, x.shape[-1:], eps=1e-6)


class Model:
    """The model of a checkpoint; other tensors of the file, such as an optimiser's, are left alone."""

    def __init__(self, path):
        metadata, tensors = read_safetensors(path)
        self.config = json.loads(metadata["model"])
        own = {name.removeprefix("model."): tensor for name, tensor in tensors.items() if name.startswith("model.")}
        self.parameters = {name: tensor.requires_grad_() for name, tensor in own.items()}
        self.layers = range(self.config["layers"])
        self.heads, self.head_width = self.config["heads"], self.config["headWidth"]
        self.scale = 1 / math.sqrt(self.head_width)
        self.read_words(json.loads(metadata["words"]))

    def read_words(self, words):
        """What the model knows of its words: the cells that they name, the lines that they begin, their likeness."""
        grid = self.config["grid"]
        places = torch.zeros(len(words), 2 * grid)
        for i, word in enumerate(words):
            cell = re.fullmatch(r"\s*(?:[a-z]+ )?\((\d+), (\d+)\)", word)
            if cell and int(cell[1]) < grid and int(cell[2]) < grid:
                places[i, int(cell[1])] = places[i, grid + int(cell[2])] = 1
        self.places = places if places.any() else None
        self.is_tag = torch.tensor([re.search("<[^>]*>", word) is not None for word in words])
        self.is_line = torch.tensor([word.startswith("\n") for word in words]) & ~self.is_tag
        bare = [re.sub(r"^[\s|]+", "", word) for word in words]
        self.kinds = torch.tensor([bare.index(word) for word in bare])

    def word_table(self):
        p = self.parameters
        if self.places is None:
            return p["token"]
        return torch.addmm(p["token"], self.places, torch.cat([p["row"], p["column"]]))

    def logits(self, x):
        p = self.parameters
        logits = x @ p["head"]
        return logits if self.places is None else logits + (x @ p["placeHead"]) @ self.places.T

    def text_places(self, tokens):
        """Lines and words [B, L] of tokens [B, L]."""
        tag, line = self.is_tag[tokens], self.is_line[tokens]
        count = line.cumsum(1)
        lines = count - (tag * count).cummax(1).values
        ordinal = torch.arange(1, tokens.shape[1] + 1)
        starts = ((tag | line) * ordinal).cummax(1).values
        words = ordinal - starts - (starts == 0).long()
        return lines.clamp(max=LINES - 1), words.clamp(max=WORDS - 1)

    def embed_text(self, tokens):
        p = self.parameters
        lines, words = self.text_places(tokens)
        x = F.embedding(tokens, self.word_table()) + F.embedding(lines, p["line"]) + F.embedding(words, p["word"])
        return x + p["position"][: tokens.shape[1]]

    def trunk(self, pixels, rows, columns, tokens):
        """All blocks over picture and text: text states [B, L, D], normalised, and keys and values of each layer [B, P + L, d]."""
        p = self.parameters
        batch, picture, _ = pixels.shape
        text = tokens.shape[1]
        total = picture + text
        cells = torch.arange(rows * columns)
        x = pixels @ p["patch"] + (p["row"][cells // columns] + p["column"][cells % columns])
        x = torch.cat([x, self.embed_text(tokens)], 1)
        kinds = self.kinds[tokens]
        same = (kinds.unsqueeze(2) == kinds.unsqueeze(1)).float().tril(-1)
        same = F.pad(same, (picture, 0, picture, 0)).unsqueeze(2)
        place = torch.arange(total)
        mask = torch.where((place < picture) | (place <= place.unsqueeze(1)), 0.0, HIDDEN)
        keys, values = [], []
        for layer in self.layers:
            n = rms_norm(x)
            keys.append(n @ p[f"{layer}.key"])
            values.append(n @ p[f"{layer}.value"])
            # In the last block only text positions ask, since only they are read out.
            first = picture if layer == self.layers[-1] else 0
            n, x = n[:, first:], x[:, first:]
            queries = total - first
            bias = mask[first:].unsqueeze(1)
            if layer != self.layers[-1]:
                bias = bias + same * p[f"{layer}.same"].reshape(self.heads, 1)
            bias = bias.expand(batch, queries, self.heads, total).reshape(batch, queries * self.heads, total)
            # One key and value head serves all query heads: one product a sequence.
            q = (n @ p[f"{layer}.query"]).reshape(batch, queries * self.heads, self.head_width)
            scores = torch.baddbmm(bias, q, keys[-1].transpose(1, 2), alpha=self.scale)
            mixed = torch.bmm(scores.softmax(-1), values[-1])
            x = x + mixed.reshape(batch, queries, -1) @ p[f"{layer}.out"]
            x = x + self.mlp(layer, x)
        return rms_norm(x), keys, values

    def mlp(self, layer, x):
        p = self.parameters
        return 0.5 * F.relu(rms_norm(x) @ p[f"{layer}.up"]).square() @ p[f"{layer}.down"]

    def logprobs(self, batch):
        """[B, L]: of the targets."""
        states, _, _ = self.trunk(batch["pixels"], batch["rows"], batch["columns"], batch["tokens"])
        return self.logits(states).log_softmax(-1).gather(2, batch["target"].unsqueeze(2)).squeeze(2)

    def loss(self, batch):
        """Cross-entropy, summed with the weights of the tokens."""
        return -(self.logprobs(batch) * batch["weight"]).sum()

    def decode(self, tokens, lines, words, position, cache, kinds, filled):
        """Logits [B, V] after one token a sequence. Keys and values are written to row `filled` of the caches [B, S, d]; kinds [B, S]."""
        p = self.parameters
        kind = self.kinds[tokens]
        same = (kinds[:, : filled + 1] == kind.unsqueeze(1)).float().unsqueeze(1)
        kinds[:, filled] = kind
        x = F.embedding(tokens, self.table) + p["line"][lines] + p["word"][words] + p["position"][position]
        for layer, (keys, values) in enumerate(cache):
            n = rms_norm(x)
            keys[:, filled] = n @ p[f"{layer}.key"]
            values[:, filled] = n @ p[f"{layer}.value"]
            q = (n @ p[f"{layer}.query"]).reshape(-1, self.heads, self.head_width)
            k, v = keys[:, : filled + 1], values[:, : filled + 1]
            if layer == self.layers[-1]:
                scores = torch.bmm(q, k.transpose(1, 2)) * self.scale
            else:
                bias = same * p[f"{layer}.same"].reshape(self.heads, 1)
                scores = torch.baddbmm(bias, q, k.transpose(1, 2), alpha=self.scale)
            x = x + torch.bmm(scores.softmax(-1), v).reshape(len(x), -1) @ p[f"{layer}.out"]
            x = x + self.mlp(layer, x)
        return self.logits(rms_norm(x))

    @torch.inference_mode()
    def sample(self, load, replies, most, temperature, stop):
        """`replies` to each prompt of the load: tokens and log-probs, in the order of prompts, cut after the stop token."""
        pixels, prompt = load["pixels"], load["tokens"]
        picture, count = pixels.shape[1], len(prompt) * replies
        self.table = self.word_table()
        states, keys, values = self.trunk(pixels, load["rows"], load["columns"], prompt)

        def wide(rows):
            room = F.pad(rows, (0, 0, 0, most)) if rows.dim() == 3 else F.pad(rows, (0, most), value=-1)
            return room.repeat_interleave(replies, 0)

        cache = [(wide(k), wide(v)) for k, v in zip(keys, values)]
        kinds = wide(F.pad(self.kinds[prompt], (picture, 0), value=-1))
        lines, words = (place[:, -1].repeat_interleave(replies) for place in self.text_places(prompt))
        logits = self.logits(states[:, -1]).repeat_interleave(replies, 0)
        live = torch.arange(count)
        tokens, scores = [[] for _ in range(count)], [[] for _ in range(count)]
        for step in range(most):
            table = logits.log_softmax(-1)
            chosen = table.argmax(-1) if temperature == 0 else torch.multinomial((logits / temperature).softmax(-1), 1).squeeze(1)
            found = table.gather(1, chosen.unsqueeze(1)).squeeze(1)
            for row, token, score in zip(live.tolist(), chosen.tolist(), found.tolist()):
                if not tokens[row] or tokens[row][-1] != stop:
                    tokens[row].append(token)
                    scores[row].append(score)
            going = torch.tensor([tokens[row][-1] != stop for row in live.tolist()])
            if step == most - 1 or not going.any():
                break
            # Sequences that have ended are dropped when they are an eighth of all: dropping copies the caches.
            if going.sum() <= 0.875 * len(going):
                live, chosen, kinds, lines, words = (list[going] for list in (live, chosen, kinds, lines, words))
                cache = [(k[going], v[going]) for k, v in cache]
            tag, line = self.is_tag[chosen], self.is_line[chosen]
            lines = torch.where(tag, 0, lines + line)
            words = torch.where(tag | line, 0, words + 1)
            place = prompt.shape[1] + step
            logits = self.decode(chosen, lines.clamp(max=LINES - 1), words.clamp(max=WORDS - 1), place, cache, kinds, picture + place)
        return tokens, scores


class Muon:
    """The matrices of the blocks, orthogonalised by Newton-Schulz in float32, matrices of one shape together; AdamW for the rest."""

    def __init__(self, parameters, rate):
        hidden = {name: p for name, p in parameters.items() if re.match(r"\d+\.", name) and len(p) > 1}
        self.adam = torch.optim.AdamW([p for name, p in parameters.items() if name not in hidden], lr=rate, fused=True, **ADAM)
        self.rate = rate
        by_shape = {}
        for p in hidden.values():
            by_shape.setdefault(tuple(p.shape), []).append(p)
        self.groups = [(group, [torch.zeros_like(p) for p in group]) for group in by_shape.values()]

    @torch.no_grad()
    def step(self):
        self.adam.step()
        for parameters, momenta in self.groups:
            gradients = [p.grad for p in parameters]
            torch._foreach_mul_(momenta, 0.95)
            torch._foreach_add_(momenta, gradients)
            x = torch.stack(torch._foreach_add(gradients, momenta, alpha=0.95))
            rows, columns = x.shape[1:]
            if rows > columns:
                x = x.transpose(1, 2)
            x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
            for _ in range(5):
                square = torch.bmm(x, x.transpose(1, 2))
                mixed = torch.baddbmm(square, square, square, beta=-4.775, alpha=2.0315)
                x = torch.baddbmm(x, mixed, x, beta=3.4445)
            if rows > columns:
                x = x.transpose(1, 2)
            torch._foreach_add_(parameters, list(x), alpha=-self.rate * 0.2 * math.sqrt(max(rows, columns)))


def optimizer_of(name, parameters, rate):
    if name == "muon":
        return Muon(parameters, rate)
    return torch.optim.AdamW(parameters.values(), lr=rate, fused=True, **ADAM)


def load_of(path):
    """The training batch, in parts of one shape, and the prompts to sample from."""
    metadata, tensors = read_safetensors(path)

    def part(name, size):
        own = {key.removeprefix(f"{name}."): tensor for key, tensor in tensors.items() if key.startswith(f"{name}.")}
        whole = {key: own[key].long() for key in ("tokens", "target") if key in own}
        return {**own, **whole, **size}

    sizes = json.loads(metadata["sizes"])
    return [part(str(i), size) for i, size in enumerate(sizes["batches"])], part("prompts", sizes["prompts"])


class Worker:
    def __init__(self, checkpoint, load):
        self.model = Model(checkpoint)
        self.batches, self.prompts = load_of(load)
        self.losses = {"eager": self.model.loss}
        self.optimizers = {}

    def gradients(self, most=0.0, loss=None):
        """Leaves the gradient of the whole batch, with a norm of at most `most` (0: any)."""
        parameters = self.model.parameters.values()
        for p in parameters:
            p.grad = None
        for batch in self.batches:
            (loss or self.model.loss)(batch).backward()
        if most > 0:
            torch.nn.utils.clip_grad_norm_(parameters, most)

    def check(self, expected, rate, most, replies_to, max_tokens, stop):
        """Largest differences from what the engine found, each as a part of the largest value."""
        _, tensors = read_safetensors(expected)
        parameters = self.model.parameters
        start = {name: p.detach().clone() for name, p in parameters.items()}

        def apart(own, theirs):
            return ((own - theirs).abs().max() / theirs.abs().max().clamp(min=1e-30)).item()

        with torch.no_grad():
            pairs = [(self.model.logprobs(b), tensors[f"{i}.logprobs"], b["weight"] > 0) for i, b in enumerate(self.batches)]
        found = {"logprobs": max(apart(own[counts], theirs[counts]) for own, theirs, counts in pairs)}
        self.gradients()
        found["gradient"] = max(apart(p.grad, tensors[f"gradient.{name}"]) for name, p in parameters.items())
        for optimizer in ("adam", "muon"):
            # From the engine's own gradient: Adam's first step turns a difference near 0 into one of sign.
            for name, p in parameters.items():
                p.grad = tensors[f"gradient.{name}"].clone()
            torch.nn.utils.clip_grad_norm_(parameters.values(), most)
            optimizer_of(optimizer, parameters, rate).step()
            moved = [(p.detach() - start[name], tensors[f"{optimizer}.{name}"] - start[name]) for name, p in parameters.items()]
            found[optimizer] = max(apart(own, theirs) for own, theirs in moved)
            with torch.no_grad():
                for name, p in parameters.items():
                    p.copy_(start[name])
        few = {**self.prompts, "pixels": self.prompts["pixels"][:replies_to], "tokens": self.prompts["tokens"][:replies_to]}
        tokens, scores = self.model.sample(few, 1, max_tokens, 0, stop)
        written = [[int(t) for t in tensors[f"greedy.{i}.tokens"]] for i in range(replies_to)]
        found["greedyEqual"] = tokens == written
        if found["greedyEqual"]:
            found["greedy"] = max(apart(torch.tensor(own), tensors[f"greedy.{i}.logprobs"]) for i, own in enumerate(scores))
        return found

    def train(self, optimizer, rate, most, mode):
        """One step."""
        if mode not in self.losses:
            self.losses[mode] = torch.compile(self.model.loss, dynamic=False)
        if optimizer not in self.optimizers:
            self.optimizers[optimizer] = optimizer_of(optimizer, self.model.parameters, rate)
        self.gradients(most, self.losses[mode])
        self.optimizers[optimizer].step()
        return {}

    def sample(self, replies, max_tokens, temperature, seed, stop, **_):
        torch.manual_seed(seed)
        tokens, _ = self.model.sample(self.prompts, replies, max_tokens, temperature, stop)
        return {"tokens": sum(map(len, tokens))}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--threads", type=int, required=True)
    options.add_argument("--checkpoint", required=True)
    options.add_argument("--load", required=True)
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    worker = Worker(given.checkpoint, given.load)
    calls = {"check": worker.check, "train": worker.train, "sample": worker.sample}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = calls[request.pop("call")](**request)
        except Exception as error:  # The caller decides what to do without it.
            answer = {"error": f"{type(error).__name__}: {error}".strip()}
        print(json.dumps({**answer, "processor": 1000 * time.process_time()}), flush=True)


if __name__ == "__main__":
    main()
