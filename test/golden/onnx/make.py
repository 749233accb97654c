"""ONNX exports of tiny random decoders, and what PyTorch computes with the same weights.

    python make.py    # needs torch, transformers 4.x, optimum-onnx, onnx, onnxscript, onnxruntime

Writes `<name>.onnx.gz` (and `<name>.data.gz` where the weights lie outside) and `<name>.json`: config, file names,
lengths of the sequences; `last`, `mean` f32 [sequences, 1 + layers, width] (embedding first; base64), `score`,
`scoreAblated` (sum of ln P of all tokens but the first). Weights, ids and mask follow from names, as in `../families`.
PyTorch (float32, eager attention, hooks on its blocks) is the source; of reduced precisions ONNX Runtime's own run of
the same file, its stream taken by the scope names that `torch.onnx` gave to the blocks' sums.
"""
import base64
import gzip
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers.float16 import convert_float_to_float16
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from optimum.exporters.onnx import onnx_export_from_model
from transformers import AutoConfig, AutoModelForCausalLM

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "families"))
from weights import ablation_mask, spread, token_ids, values  # noqa: E402

LENGTHS = [1, 2, 7, 19]
LAYERS, WIDTH, HEADS, VOCABULARY = 3, 8, 2, 40
ROTARY = dict(vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=12, num_hidden_layers=LAYERS,
              num_attention_heads=HEADS, max_position_embeddings=32)
CONFIGS = {
    "llama": ROTARY | dict(num_key_value_heads=1),
    # GroupQueryAttention takes heads of multiples of 16 where it turns them.
    "llama-wide-heads": ROTARY | dict(num_key_value_heads=1, head_dim=16),
    "qwen2": ROTARY | dict(num_key_value_heads=1),
    "gpt_neox": ROTARY,
    "gpt2": dict(vocab_size=VOCABULARY, n_embd=WIDTH, n_layer=LAYERS, n_head=HEADS, n_positions=32),
    "opt": dict(vocab_size=VOCABULARY, hidden_size=WIDTH, ffn_dim=12, num_hidden_layers=LAYERS, word_embed_proj_dim=WIDTH,
                num_attention_heads=HEADS, max_position_embeddings=32, do_layer_norm_before=False),
}
# What enters the first block and the sums that end a block, by the names that torch.onnx (or `genai`) gives them.
STREAMS = {
    "gpt_neox": ["/gpt_neox/embed_in/Gather_output_0"] + [f"/gpt_neox/layers.{i}/Add_1_output_0" for i in range(LAYERS)],
    "qwen2": ["/model/embed_tokens/Gather_output_0"] + [f"/model/layers.{i}/Add_1_output_0" for i in range(LAYERS)],
    "llama-wide-heads": ["embed_tokens/Gather"]
    + [f"model.layers.{i}.input_layernorm/output_3" for i in range(1, LAYERS)] + ["model.norm/output_3"],
}


def build(family):
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(family.split("-")[0], **CONFIGS[family]),
                                             attn_implementation="eager").eval()
    seen = set()
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point() and tensor.data_ptr() not in seen:
                seen.add(tensor.data_ptr())
                shape = list(tensor.shape)
                tensor.copy_(torch.from_numpy(values(name, shape, *spread(name, shape, family), "F32")))
    return model


def with_torch(model, ids, mask=None):
    blocks = next(m for m in model.modules() if isinstance(m, torch.nn.ModuleList) and len(m) == LAYERS)
    streams, handles = [], []

    def before(_, args, kwargs):
        streams.append((args[0] if args else kwargs["hidden_states"])[0].clone())

    def after(index):
        def hook(_, __, output):
            stream = output[0] if isinstance(output, tuple) else output
            if mask is not None:
                stream = stream * mask[index]
            streams.append(stream[0].clone())
            return (stream,) + output[1:] if isinstance(output, tuple) else stream
        return hook

    handles.append(blocks[0].register_forward_pre_hook(before, with_kwargs=True))
    handles += [block.register_forward_hook(after(i)) for i, block in enumerate(blocks)]
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
    for handle in handles:
        handle.remove()
    return torch.stack(streams), score_of(logits, ids)


def with_runtime(graph, family, ids):
    model = onnx.load(graph)
    names = STREAMS[family]
    del model.graph.value_info[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feeds, row = {}, np.arange(len(ids), dtype=np.int64)[None]
    for value in session.get_inputs():
        dims = [1 if i == 0 else 0 if isinstance(dim, str) else dim for i, dim in enumerate(value.shape)]
        kind = np.float16 if "float16" in value.type else np.float32
        plain = {"input_ids": np.array([ids], dtype=np.int64), "attention_mask": np.ones_like(row), "position_ids": row}
        feeds[value.name] = plain.get(value.name, np.zeros(dims, kind))
    logits, *streams = session.run(["logits", *names], feeds)
    return torch.from_numpy(np.stack(streams)[:, 0].astype(np.float32)), score_of(torch.from_numpy(logits[0]), ids)


def score_of(logits, ids):
    targets = torch.tensor(ids[1:], dtype=torch.long)[:, None]
    return logits.double().log_softmax(-1)[:-1].gather(1, targets).sum().item()


def optimum(model, folder, past):
    task = "text-generation-with-past" if past else "text-generation"
    onnx_export_from_model(model, folder, task=task, do_validation=False)
    return folder / "model.onnx"


def fused(model, folder):
    """ONNX Runtime's transformer optimizer: sums and norms become one operator."""
    options = FusionOptions("gpt2")
    # Its tables of angles are megabytes.
    options.enable_rotary_embeddings = False
    graph = optimize_model(str(optimum(model, folder, True)), model_type="gpt2", num_heads=HEADS, hidden_size=WIDTH,
                           opt_level=0, optimization_options=options)
    graph.save_model_to_file(str(folder / "fused.onnx"))
    return folder / "fused.onnx"


def outside(model, folder):
    graph = onnx.load(optimum(model, folder, False))
    path = folder / "outside.onnx"
    onnx.save_model(graph, path, save_as_external_data=True, all_tensors_to_one_file=True, location="model.onnx_data",
                    size_threshold=0)
    return path


def int8(model, folder):
    quantize_dynamic(optimum(model, folder, True), folder / "int8.onnx", weight_type=QuantType.QInt8)
    return folder / "int8.onnx"


def float16(model, folder):
    graph = convert_float_to_float16(onnx.load(optimum(model, folder, True)), keep_io_types=False)
    onnx.save(graph, folder / "float16.onnx")
    return folder / "float16.onnx"


def q4(model, folder):
    """As transformers.js's `model_q4.onnx`: weights of four bits in blocks, `MatMulNBits`."""
    quantizer = MatMulNBitsQuantizer(onnx.load(optimum(model, folder, True)), block_size=16, is_symmetric=True)
    quantizer.process()
    quantizer.model.save_model_to_file(str(folder / "q4.onnx"))
    return folder / "q4.onnx"


def merged(model, folder):
    """As Optimum's merged decoders: one `If` between the graph behind a cache and the graph from the start."""
    graph = onnx.load(optimum(model, folder, True))
    body = graph.graph
    branch = onnx.GraphProto(name="branch", node=body.node, output=body.output)
    flag = helper.make_tensor_value_info("use_cache_branch", onnx.TensorProto.BOOL, [1])
    choice = helper.make_node("If", ["use_cache_branch"], [f"{v.name}" for v in body.output])
    renamed = onnx.GraphProto()
    renamed.CopyFrom(branch)
    for node in renamed.node:
        for i, name in enumerate(node.output):
            if name in choice.output:
                node.output[i] = f"{name}_branch"
        for i, name in enumerate(node.input):
            if name in choice.output:
                node.input[i] = f"{name}_branch"
    for value in renamed.output:
        value.name = f"{value.name}_branch"
    choice.attribute.append(helper.make_attribute("then_branch", renamed))
    choice.attribute.append(helper.make_attribute("else_branch", renamed))
    whole = helper.make_graph([choice], "merged", [*body.input, flag], body.output, body.initializer)
    onnx.save(helper.make_model(whole, opset_imports=graph.opset_import, ir_version=graph.ir_version),
              folder / "merged.onnx")
    return folder / "merged.onnx"


def genai(model, folder):
    """As ONNX Runtime's model builder, which made transformers.js's newer exports: the residual sums are second outputs
    of SkipSimplifiedLayerNormalization, attention is one GroupQueryAttention that turns by tables, and lengths come from
    the mask."""
    config = model.config
    size, kv, eps = config.head_dim, config.num_key_value_heads, config.rms_norm_eps
    weights = {name: tensor.detach().numpy() for name, tensor in model.state_dict().items()}
    nodes, tables, inputs, outputs = [], [], [], []

    def node(kind, ins, outs, domain="", **attributes):
        nodes.append(helper.make_node(kind, ins, outs, name=outs[0], domain=domain, **attributes))
        return outs[0]

    def table(name, value):
        tables.append(onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def linear(value, name):
        weight = table(name, weights[f"{name}.weight"].T)
        return node("MatMul", [value, weight], [f"{name}/MatMul/output_0"])

    def norm(stream, branch, name):
        scale = table(f"{name}.weight", weights[f"{name}.weight"])
        normed = f"{name}/output_0"
        if branch is None:
            return stream, node("SimplifiedLayerNormalization", [stream, scale], [normed], axis=-1, epsilon=eps,
                                stash_type=1)
        outs = [normed, "", "", f"{name}/output_3"]
        node("SkipSimplifiedLayerNormalization", [stream, branch, scale], outs, "com.microsoft", epsilon=eps)
        return outs[3], normed

    def value_info(values, name, kind, shape):
        values.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    value_info(inputs, "input_ids", onnx.TensorProto.INT64, ["batch_size", "sequence_length"])
    value_info(inputs, "attention_mask", onnx.TensorProto.INT64, ["batch_size", "total_sequence_length"])
    value_info(outputs, "logits", onnx.TensorProto.FLOAT, ["batch_size", "sequence_length", VOCABULARY])
    one, zero = table("one", np.array([1], np.int64)), table("place", np.array(1, np.int64))
    counted = node("ReduceSum", ["attention_mask", one], ["mask/ReduceSum"], keepdims=0)
    keys = node("Cast", [node("Sub", [counted, one], ["mask/Sub"])], ["mask/keys"], to=onnx.TensorProto.INT32)
    shape = node("Shape", ["attention_mask"], ["mask/Shape"])
    total = node("Cast", [node("Gather", [shape, zero], ["mask/Gather"], axis=0)], ["mask/total"],
                 to=onnx.TensorProto.INT32)
    angles = np.outer(np.arange(32), 10_000.0 ** (-np.arange(0, size, 2) / size))
    cos, sin = table("cos_cache", np.cos(angles).astype(np.float32)), table("sin_cache", np.sin(angles).astype(np.float32))
    embedding = table("embedding", weights["model.embed_tokens.weight"])
    stream, branch = node("Gather", [embedding, "input_ids"], ["embed_tokens/Gather"]), None
    for i in range(LAYERS):
        block = f"model.layers.{i}"
        stream, normed = norm(stream, branch, f"{block}.input_layernorm")
        q, k, v = (linear(normed, f"{block}.self_attn.{part}_proj") for part in "qkv")
        past = [value_info(inputs, f"past_key_values.{i}.{part}", onnx.TensorProto.FLOAT,
                           ["batch_size", kv, "past_sequence_length", size]) for part in ("key", "value")]
        present = [value_info(outputs, f"present.{i}.{part}", onnx.TensorProto.FLOAT,
                              ["batch_size", kv, "total_sequence_length", size]) for part in ("key", "value")]
        attended = node("GroupQueryAttention", [q, k, v, *past, keys, total, cos, sin], [f"{block}/attention", *present],
                        "com.microsoft", num_heads=HEADS, kv_num_heads=kv, do_rotary=1, rotary_interleaved=0,
                        scale=float(size) ** -0.5)
        branch = linear(attended, f"{block}.self_attn.o_proj")
        stream, normed = norm(stream, branch, f"{block}.post_attention_layernorm")
        gate, up = (linear(normed, f"{block}.mlp.{part}_proj") for part in ("gate", "up"))
        silu = node("Mul", [gate, node("Sigmoid", [gate], [f"{block}/Sigmoid"])], [f"{block}/SiLU"])
        branch = linear(node("Mul", [silu, up], [f"{block}/Mul"]), f"{block}.mlp.down_proj")
    stream, normed = norm(stream, branch, "model.norm")
    node("MatMul", [normed, table("lm_head", weights["lm_head.weight"].T)], ["logits"])
    graph = helper.make_graph(nodes, "main_graph", inputs, outputs, tables)
    opsets = [helper.make_opsetid("", 14), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), folder / "genai.onnx")
    return folder / "genai.onnx"


def genai_q4(model, folder):
    quantizer = MatMulNBitsQuantizer(onnx.load(genai(model, folder)), block_size=16, is_symmetric=True)
    quantizer.process()
    quantizer.model.save_model_to_file(str(folder / "genai-q4.onnx"))
    return folder / "genai-q4.onnx"


def dynamo(model, folder):
    """torch.export's exporter, ids alone."""
    class Ids(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids):
            return self.model(input_ids=input_ids, use_cache=False).logits

    dims = ({0: torch.export.Dim("batch", max=512), 1: torch.export.Dim("length", max=32)},)
    program = torch.onnx.export(Ids(), (torch.randint(0, VOCABULARY, (2, 7)),), dynamo=True, dynamic_shapes=dims,
                                input_names=["input_ids"], output_names=["logits"])
    program.save(folder / "dynamo.onnx")
    graph = onnx.load(folder / "dynamo.onnx")
    # Stack traces, 90 % of the file.
    for node in graph.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    onnx.save(graph, folder / "dynamo.onnx")
    return folder / "dynamo.onnx"


FIXTURES = {
    "llama": ("llama", lambda model, folder: optimum(model, folder, True), "onnx/model.onnx"),
    "llama-fused": ("llama", fused, "onnx/model.onnx"),
    "llama-gqa": ("llama-wide-heads", genai, "onnx/model.onnx"),
    "llama-gqa-q4": ("llama-wide-heads", genai_q4, "onnx/model_q4.onnx"),
    "llama-dynamo": ("llama", dynamo, "model.onnx"),
    "gpt2": ("gpt2", outside, "model.onnx"),
    "gpt2-fused": ("gpt2", fused, "onnx/model.onnx"),
    "gpt2-merged": ("gpt2", merged, "onnx/decoder_model_merged.onnx"),
    "gpt_neox": ("gpt_neox", lambda model, folder: optimum(model, folder, False), "onnx/decoder_model.onnx"),
    "gpt_neox-int8": ("gpt_neox", int8, "onnx/model_quantized.onnx"),
    "qwen2": ("qwen2", lambda model, folder: optimum(model, folder, True), "onnx/model.onnx"),
    "qwen2-fp16": ("qwen2", float16, "onnx/model_fp16.onnx"),
    "qwen2-q4": ("qwen2", q4, "onnx/model_q4.onnx"),
    "opt-post-norm": ("opt", lambda model, folder: optimum(model, folder, False), "onnx/model.onnx"),
}
REDUCED = ("int8", "fp16", "q4")


def encoded(arrays):
    return base64.b64encode(np.stack(arrays).astype("<f4").tobytes()).decode()


def make(name, family, export, file):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        graph = export(build(family), folder)
        model, mask = build(family), torch.from_numpy(ablation_mask(LAYERS, WIDTH))
        last, mean, score, ablated = [], [], [], []
        for length in LENGTHS:
            ids = token_ids(length, VOCABULARY)
            reduced = name.endswith(REDUCED)
            streams, total = with_runtime(graph, family, ids) if reduced else with_torch(model, ids)
            last.append(streams[:, -1].numpy())
            mean.append(streams.double().mean(1).float().numpy())
            score.append(total)
            ablated.append(with_torch(model, ids, mask)[1])
        golden = {"config": json.loads(model.config.to_json_string()), "file": file, "lengths": LENGTHS,
                  "layers": LAYERS, "width": WIDTH, "vocabulary": VOCABULARY, "last": encoded(last),
                  "mean": encoded(mean), "score": score, "scoreAblated": ablated}
        (HERE / f"{name}.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
        for source, end in ((graph, "onnx"), (folder / "model.onnx_data", "data")):
            if os.path.exists(source):
                with open(source, "rb") as data, gzip.GzipFile(HERE / f"{name}.{end}.gz", "wb", 9, mtime=0) as out:
                    shutil.copyfileobj(data, out)
    print(name, [round(s, 3) for s in score], (HERE / f"{name}.onnx.gz").stat().st_size)


for name, fixture in FIXTURES.items():
    if len(sys.argv) == 1 or name in sys.argv[1:]:
        make(name, *fixture)
