"""The official tinker SDK against `vlm-gym serve-engine`: trains by three losses, saves, goes on from a save, samples, with a picture in every prompt."""
import json, os, sys, urllib.request

import tinker
from tinker import types

URL, PICTURE, PROMPT, REPLY = os.environ["TINKER_BASE_URL"], sys.argv[1], sys.argv[2], sys.argv[3]


def ids(text):
    request = urllib.request.Request(
        URL + "/api/v1/encode",
        json.dumps({"text": text}).encode(),
        {"Content-Type": "application/json", "X-API-Key": os.environ["TINKER_API_KEY"]},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["tokens"]


def done(value):
    return value.result() if hasattr(value, "result") else value


with open(PICTURE, "rb") as file:
    png = file.read()
with urllib.request.urlopen(urllib.request.Request(URL + "/api/v1/engine", headers={"X-API-Key": os.environ["TINKER_API_KEY"]})) as answer:
    patch = json.load(answer)["picture"]["patch"]
width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
count = (width // patch) * (height // patch)
image = types.ImageChunk(data=png, format="png", expected_tokens=count)
prompt, reply = ids(PROMPT), ids(REPLY)


def datum(tokens, **lists):
    """Lists are given for the reply alone."""
    text = prompt + tokens
    before = count + len(prompt) - 1
    inputs = {"target_tokens": types.TensorData(data=[0] * before + tokens, dtype="int64", shape=[before + len(tokens)])}
    for name, values in lists.items():
        inputs[name] = types.TensorData(data=[0.0] * before + values, dtype="float32", shape=[before + len(tokens)])
    return types.Datum(
        model_input=types.ModelInput(chunks=[image, types.EncodedTextChunk(tokens=text[:-1])]),
        loss_fn_inputs=inputs,
    )


def logprobs(result, at=0):
    return list(result.loss_fn_outputs[at]["logprobs"].data)[-len(reply) :]


service = tinker.ServiceClient()
trainer = done(service.create_lora_training_client(base_model="embedded", rank=8))
adam = types.AdamParams(learning_rate=1e-2, grad_clip_norm=1.0)
first = None
for step in range(12):
    passed = trainer.forward_backward([datum(reply, weights=[1.0] * len(reply))] * 2, "cross_entropy")
    stepped = trainer.optim_step(adam)
    last = sum(logprobs(passed.result()))
    stepped.result()
    first = last if first is None else first

prompt_input = types.ModelInput(chunks=[image, types.EncodedTextChunk(tokens=prompt)])
params = types.SamplingParams(max_tokens=len(reply) + 2, temperature=1.0, seed=7)
sampler = done(trainer.save_weights_and_get_sampling_client())
one = sampler.sample(prompt=prompt_input, num_samples=4, sampling_params=params).result()
two = sampler.sample(prompt=prompt_input, num_samples=4, sampling_params=params).result()
greedy = sampler.sample(prompt=prompt_input, num_samples=1, sampling_params=types.SamplingParams(max_tokens=len(reply) + 2, temperature=0.0)).result()

losses = {}
for loss in ("importance_sampling", "ppo"):
    data = [datum(list(s.tokens), logprobs=list(s.logprobs), advantages=[0.5 - i % 2] * len(s.tokens)) for i, s in enumerate(one.sequences)]
    passed = trainer.forward_backward(data, loss)
    stepped = trainer.optim_step(types.AdamParams(learning_rate=1e-3))
    result = passed.result()
    stepped.result()
    losses[loss] = max(abs(a - b) for a, b in zip(list(result.loss_fn_outputs[0]["logprobs"].data)[-len(one.sequences[0].tokens) :], one.sequences[0].logprobs)) if loss == "importance_sampling" else result.metrics["loss:sum"]

full = types.ModelInput(chunks=[image, types.EncodedTextChunk(tokens=prompt + reply)])
before = sampler.compute_logprobs(full).result()
saved = trainer.save_state("step-12").result().path
forward = trainer.forward([datum(reply, weights=[1.0] * len(reply))], "cross_entropy").result()
again = done(service.create_training_client_from_state_with_optimizer(saved))
restored = again.forward([datum(reply, weights=[1.0] * len(reply))], "cross_entropy").result()
named = trainer.save_weights_for_sampler("named").result().path
from_path = done(service.create_sampling_client(model_path=named)).compute_logprobs(full).result()

wrong = "nothing"
try:
    bad = types.Datum(model_input=types.ModelInput.from_ints(prompt), loss_fn_inputs={"target_tokens": types.TensorData(data=prompt, dtype="int64", shape=[len(prompt)])})
    passed = trainer.forward_backward([bad], "cross_entropy")
    stepped = trainer.optim_step(adam)
    passed.result()
except Exception as error:
    wrong = f"{type(error).__name__}: {error}"
refused = "nothing"
try:
    stepped.result()
except Exception as error:
    refused = f"{type(error).__name__}: {error}"

print(
    json.dumps(
        {
            "sdk": tinker.__version__,
            "first": first,
            "last": last,
            "greedy": list(greedy.sequences[0].tokens) == reply,
            "stop": greedy.sequences[0].stop_reason,
            "same": [list(s.tokens) for s in one.sequences] == [list(s.tokens) for s in two.sequences],
            "distance": losses["importance_sampling"],
            "ppo": losses["ppo"],
            "unscored": [at for at, value in enumerate(before) if value is None] == list(range(count + 1)),
            "forward": logprobs(forward),
            "restored": logprobs(restored),
            "scored": from_path[-len(reply) :],
            "saved": saved,
            "wrong": wrong,
            "refused": refused,
        }
    )
)
