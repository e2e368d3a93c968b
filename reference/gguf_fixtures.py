"""Golden GGUF files, written and read by the `gguf` package that llama.cpp publishes.

    pip install gguf==0.19.0 safetensors        (apart from requirements.txt: nothing else here needs them)
    python gguf_fixtures.py [OUT]               (OUT: attune-core/src/test/resources/golden)

OUT/gguf/types.gguf has a tensor of each type Attune reads, and golden.safetensors beside it what the package turns them
into. OUT/gguf/llama.gguf and qwen2.gguf are golden/llama/causal_lm and golden/qwen2/causal_lm as llama.cpp's converter
would write them in F32 (names, metadata, the order of query and key rows), with a vocabulary of five tokens of its sort.
"""
import json
import sys
from pathlib import Path

import gguf
import numpy
from gguf import GGMLQuantizationType as Type
from gguf.quants import dequantize, quantize
from safetensors.numpy import load_file, save_file

RESOURCES = Path(__file__).parent.parent / "attune-core/src/test/resources/golden"
NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down"}


def blocks(kind, rows, columns, random):
    """Random bytes for types the package can read but not make; the scales, which are halves, are small numbers."""
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    count = columns // elements
    data = random.integers(0, 256, (rows, count, size), dtype=numpy.uint8)
    halves = random.uniform(-0.01, 0.01, (rows, count, 2)).astype(numpy.float16).view(numpy.uint8)
    if kind == Type.Q4_K:
        data[:, :, 0:4] = halves
    else:
        data[:, :, 208:210] = halves[:, :, 0:2]
    return data.reshape(rows, count * size)


def write_types(folder):
    """A tensor of each type: random numbers, quantized where the package can."""
    random = numpy.random.default_rng(20261124)
    writer = gguf.GGUFWriter(folder / "types.gguf", "llama")
    expected = {}
    for kind in (Type.F32, Type.F16, Type.BF16, Type.Q4_0, Type.Q4_1, Type.Q8_0, Type.Q4_K, Type.Q6_K):
        numbers = random.normal(0, 1, (3, 512)).astype(numpy.float32)
        numbers[0, :4] = [0, -0.0, 1e-7, 65504]  # zeros, a half below its normal range, the largest half
        data = blocks(kind, 3, 512, random) if kind in (Type.Q4_K, Type.Q6_K) else quantize(numbers, kind)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        expected[kind.name] = dequantize(data, kind).astype(numpy.float32)
    finish(writer)
    save_file(expected, folder / "golden.safetensors")
    (folder / "golden.safetensors").chmod(0o644)


def neighbours(rows, heads):
    """Rows in transformers' order, put in pairs of neighbours as the converter does for the architecture llama."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def write_model(folder, source, family):
    """A golden model as the converter would write it."""
    config = json.loads((source / "config.json").read_text())
    writer = gguf.GGUFWriter(folder / f"{family}.gguf", family)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_tokenizer_model("llama")
    writer.add_token_list(["<unk>", "<s>", "</s>", "\u2581a", "b"])
    writer.add_token_scores([0.0, 0.0, 0.0, -1.0, -2.0])
    writer.add_token_types([2, 3, 3, 1, 1])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    for name, values in load_file(source / "model.safetensors").items():
        path, _, kind = name.rpartition(".")
        if family == "llama" and path.endswith(("q_proj", "k_proj")):
            heads = config["num_attention_heads" if path.endswith("q_proj") else "num_key_value_heads"]
            values = neighbours(values, heads)
        if path.startswith("model.layers."):
            _, _, layer, rest = path.split(".", 3)
            writer.add_tensor(f"blk.{layer}.{NAMES[rest]}.{kind}", numpy.ascontiguousarray(values))
        else:
            writer.add_tensor(f"{NAMES[path]}.{kind}", values)
    finish(writer)


def finish(writer):
    """Writes the file."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    """Writes the three files."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else RESOURCES
    folder = root / "gguf"
    folder.mkdir(parents=True, exist_ok=True)
    write_types(folder)
    for family in ("llama", "qwen2"):
        write_model(folder, RESOURCES / family / "causal_lm", family)


if __name__ == "__main__":
    main()
