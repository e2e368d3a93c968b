"""Golden files of the decoder families: tiny random models per head and variant, in the layout that family.py describes.

    python decoder_fixtures.py [OUT]          (OUT: attune-core/src/test/resources/golden)

A model's seed is its place in VARIANTS.
"""
import dataclasses
import sys
from pathlib import Path

import transformers

import family
import golden

WORDS = golden.Words(size=47, pad=0, first=1, last=2, lowest=3)
CASES = {
    "unpadded": family.Case((9, 9)),
    "right": family.Case((11, 5, 8), gradients=True),
    "left": family.Case((11, 5, 8), side="left"),
}
RIGHT = CASES["right"]
ONE_CASE = {"right": RIGHT}
LANGUAGE_CASES = dict(
    CASES, right=dataclasses.replace(RIGHT, bf16=True), positions=family.Case((11, 4, 8), side="left", positions=True))

HEADS = {
    "model": ("Model", {}),
    "causal_lm": ("ForCausalLM", {}),
    "sequence_classification": (
        "ForSequenceClassification", dict(num_labels=3, problem_type="single_label_classification")),
    "token_classification": ("ForTokenClassification", dict(num_labels=5)),
    "question_answering": ("ForQuestionAnswering", {}),
}
ALL_HEADS = {head: (head, {}) for head in HEADS}

COMMON = dict(
    vocab_size=WORDS.size, initializer_range=0.2, bos_token_id=1, eos_token_id=2, pad_token_id=WORDS.pad,
    classifier_dropout=0.0)
GPT2 = dict(
    COMMON, n_positions=19, n_embd=20, n_layer=2, n_head=4, n_inner=28, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
LLAMA = dict(
    COMMON, hidden_size=24, intermediate_size=28, num_hidden_layers=2, num_attention_heads=6, num_key_value_heads=2,
    head_dim=10, max_position_embeddings=19)


def rope(rope_type, **more):
    """A one-layer body with a rotary scaling."""
    parameters = dict(rope_type=rope_type, rope_theta=100.0, **more)
    return dict(rope_parameters=parameters, num_hidden_layers=1)


# Family: (prefix of the class names, its settings, {name: (head, changes)})
VARIANTS = {
    "gpt2": ("GPT2", GPT2, {
        **ALL_HEADS,
        "causal_lm_untied": ("causal_lm", dict(tie_word_embeddings=False, n_layer=1)),
        "model_scaled_by_layer": ("model", dict(scale_attn_by_inverse_layer_idx=True, n_inner=None)),
        "model_unscaled": ("model", dict(scale_attn_weights=False, activation_function="relu", n_layer=1)),
    }),
    "llama": ("Llama", LLAMA, {
        **ALL_HEADS,
        "causal_lm_tied": ("causal_lm", dict(tie_word_embeddings=True, num_hidden_layers=1)),
        # Every head has its key head, and its width is D / H.
        "model_biases": ("model", dict(
            attention_bias=True, mlp_bias=True, head_dim=None, num_attention_heads=4, num_key_value_heads=None,
            num_hidden_layers=1)),
        "model_linear": ("model", rope("linear", factor=2.5)),
        # The input is longer than the model was trained for.
        "model_dynamic": ("model", dict(rope("dynamic", factor=3.0), max_position_embeddings=7)),
        # Of the five frequencies some are kept, some stretched, some between.
        "model_llama3": ("model", rope(
            "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=60)),
        "model_yarn": ("model", rope("yarn", factor=4.0, original_max_position_embeddings=60, beta_fast=8.0)),
    }),
    "mistral": ("Mistral", dict(LLAMA, sliding_window=4), {
        "model": ("model", {}),
        # Padding's logits count in this loss, and a window would let padding see nothing but padding.
        "question_answering": ("question_answering", dict(num_hidden_layers=1, sliding_window=None)),
    }),
    "qwen2": ("Qwen2", LLAMA, {
        "causal_lm": ("causal_lm", dict(tie_word_embeddings=True)),
        "question_answering": ("question_answering", dict(num_hidden_layers=1)),
        "model_sliding": ("model", dict(
            num_hidden_layers=1, use_sliding_window=True, sliding_window=4, max_window_layers=0)),
    }),
}


def main():
    """Writes every folder under the resource root."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else golden.RESOURCES
    for model_type, (prefix, settings, variants) in VARIANTS.items():
        config_class = getattr(transformers, f"{prefix}Config")
        for seed, (name, (head, changes)) in enumerate(variants.items(), start=1):
            suffix, extra = HEADS[head]
            if (model_type, head) == ("gpt2", "causal_lm"):
                suffix = "LMHeadModel"
            model = golden.make_tiny(
                getattr(transformers, prefix + suffix), seed,
                config=lambda **given: config_class(**{**settings, **extra, **given}), **changes)
            cases = ONE_CASE if "num_hidden_layers" in changes or name not in HEADS else CASES
            if name == "causal_lm":
                cases = LANGUAGE_CASES
            family.write(root / model_type / name, model, seed, cases, WORDS)


if __name__ == "__main__":
    main()
