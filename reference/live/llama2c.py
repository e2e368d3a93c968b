"""Logits of a llama2.c model (format version 0) by transformers: python llama2c.py MODEL.bin OUT.safetensors ID...

Reads the file with numpy, independently of Attune; OUT gets `logits` [1, T, V]. Prints {"parameters": N}.
"""
import json
import sys

import numpy
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM


def main():
    """One forward pass."""
    path, out, ids = sys.argv[1], sys.argv[2], [int(i) for i in sys.argv[3:]]
    dim, inner, layers, heads, keys, vocab, length = numpy.fromfile(path, "<i4", 7)
    floats = numpy.fromfile(path, "<f4", offset=28)
    width = dim // heads
    taken = 0

    def take(*shape):
        nonlocal taken
        size = int(numpy.prod(shape))
        taken += size
        return torch.from_numpy(floats[taken - size:taken].reshape(shape).copy())

    def apart(rows, count):  # pairs of neighbours to halves, as convert_llama_weights_to_hf.py does
        return rows.view(count, rows.shape[0] // count // 2, 2, rows.shape[1]).transpose(1, 2).reshape(rows.shape)

    config = LlamaConfig(
        vocab_size=int(abs(vocab)), hidden_size=int(dim), intermediate_size=int(inner), num_hidden_layers=int(layers),
        num_attention_heads=int(heads), num_key_value_heads=int(keys), max_position_embeddings=int(length), rms_norm_eps=1e-5,
        tie_word_embeddings=bool(vocab > 0))
    state = {"model.embed_tokens.weight": take(abs(vocab), dim)}
    for name, shape in (
            ("input_layernorm", (dim,)), ("self_attn.q_proj", (dim, dim)), ("self_attn.k_proj", (keys * width, dim)),
            ("self_attn.v_proj", (keys * width, dim)), ("self_attn.o_proj", (dim, dim)),
            ("post_attention_layernorm", (dim,)), ("mlp.gate_proj", (inner, dim)), ("mlp.down_proj", (dim, inner)),
            ("mlp.up_proj", (inner, dim))):
        whole = take(layers, *shape)
        for layer in range(layers):
            rows = whole[layer]
            if name[10:] in ("q_proj", "k_proj"):
                rows = apart(rows, heads if name.endswith("q_proj") else keys)
            state[f"model.layers.{layer}.{name}.weight"] = rows
    state["model.norm.weight"] = take(dim)
    take(length, width)
    state["lm_head.weight"] = state["model.embed_tokens.weight"] if vocab > 0 else take(-vocab, dim)
    assert taken == len(floats), (taken, len(floats))
    model = LlamaForCausalLM(config).eval()
    model.load_state_dict(state)
    with torch.no_grad():
        save_file({"logits": model(torch.tensor([ids])).logits.contiguous()}, out)
    print(json.dumps({"parameters": sum(p.numel() for p in model.parameters())}))


if __name__ == "__main__":
    main()
