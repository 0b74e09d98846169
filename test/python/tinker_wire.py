"""The messages of test/tinker-wire.test.ts by the official SDK: reads JSON with base64 of ours, prints JSON with what it reads in them and its own."""

import base64
import importlib.metadata
import json
import sys

import numpy as np
from tinker import types
from tinker.proto import response_conv
from tinker.proto import tinker_public_pb2 as pb
from tinker.proto.request_conv import forward_backward_request_to_proto
from tinker.types.forward_backward_input import ForwardBackwardInput
from tinker.types.forward_backward_request import ForwardBackwardRequest

asked = json.load(sys.stdin)
ours = {name: base64.b64decode(asked[name]) for name in ("request", "output", "sample")}
picture = base64.b64decode(asked["picture"])

# The request that ours is meant to be.
chunks = [
    types.EncodedTextChunk(tokens=[5, 70000]),
    types.ImageChunk(data=picture, format="png", expected_tokens=6),
    types.EncodedTextChunk(tokens=[7]),
]
inputs = {
    "target_tokens": types.TensorData(data=[0] * 7 + [7, 8], dtype="int64", shape=[9]),
    "weights": types.TensorData(data=[0.0] * 7 + [1.0, 0.1], dtype="float32", shape=[9]),
}
datum = types.Datum(model_input=types.ModelInput(chunks=chunks), loss_fn_inputs=inputs)
body = ForwardBackwardInput(data=[datum], loss_fn="ppo", loss_fn_config={"clip_high_threshold": 1.28})
theirs = forward_backward_request_to_proto(ForwardBackwardRequest(forward_backward_input=body, model_id="m", seq_id=3))
parsed = pb.ForwardBackwardRequest()
parsed.ParseFromString(ours["request"])
parsed.DiscardUnknownFields()

output = response_conv.deserialize_forward_backward_output(ours["output"])
sample = response_conv.deserialize_sample_response(ours["sample"])

# Answers as a server writes them, with the types of elements that ours never writes.
answer = pb.ForwardBackwardOutput(loss_fn_output_type="ArrayRecord")
answer.metrics["loss:sum"] = 2.5
record = answer.loss_fn_outputs.add(num_datums=2)
field = record.fields["logprobs"]
field.dtype = pb.DTYPE_BFLOAT16
field.data = np.array([0xBF80, 0xC000, 0xC040], dtype=np.uint16).tobytes()
field.offsets = np.array([0, 2, 6], dtype=np.int64).tobytes()
whole = record.fields["ids"]
whole.dtype = pb.DTYPE_INT32
whole.data = np.array([1, 2, 3, 4], dtype=np.int32).tobytes()
whole.offsets = np.array([0, 8, 16], dtype=np.int64).tobytes()
whole.trailing_shape.append(2)
sampled = pb.SampleResponse(prompt_logprobs=np.array([np.nan, -1.5], dtype=np.float32).tobytes(), prompt_cache_hit_tokens=4)
sequence = sampled.sequences.add(stop_reason=pb.STOP_REASON_LENGTH)
sequence.tokens = np.array([9, 70000], dtype=np.int32).tobytes()
sequence.logprobs = np.array([-0.5, -0.25], dtype=np.float32).tobytes()

print(
    json.dumps(
        {
            "version": importlib.metadata.version("tinker"),
            "same": parsed == theirs,
            "request": base64.b64encode(theirs.SerializeToString()).decode(),
            "output": {
                "metrics": output.metrics,
                "logprobs": [one["logprobs"].data for one in output.loss_fn_outputs],
            },
            "sample": {
                "sequences": [[s.stop_reason, list(s.tokens), s.logprobs] for s in sample.sequences],
                "prompt": sample.prompt_logprobs,
                "topk": sample.topk_prompt_logprobs,
                "cached": sample.prompt_cache_hit_tokens,
            },
            "answer": base64.b64encode(answer.SerializeToString()).decode(),
            "sampled": base64.b64encode(sampled.SerializeToString()).decode(),
        }
    )
)
