"""Golden files of the encoder-decoder families: a tiny random model per head, in the layout that family.py describes.

    python seq2seq_fixtures.py [OUT]          (OUT: attune-core/src/test/resources/golden)

Besides those, OUT/t5_buckets/: transformers' bucket of every distance from -300 to 300 (key minus query) for several
numbers of buckets and greatest distances, as BUCKETS_DISTANCE_KIND with KIND both (encoder) or past (decoder).
"""
import sys
from pathlib import Path

import torch
from transformers import (
    BartConfig, BartForCausalLM, BartForConditionalGeneration, BartForQuestionAnswering, BartForSequenceClassification, BartModel, T5Config,
    T5EncoderModel, T5ForConditionalGeneration, T5ForQuestionAnswering, T5ForSequenceClassification,
    T5ForTokenClassification, T5Model)
from transformers.models.t5.modeling_t5 import T5Attention

import family
import golden
from family import Case

T5_WORDS = golden.Words(size=47, pad=0, first=2, last=1, lowest=3)
BOTH_STACKS = {
    "unpadded": Case((9, 9), decoder_lengths=(6, 6)),
    "right": Case((11, 5, 8), decoder_lengths=(7, 4, 6), gradients=True),
    "left": Case((11, 5, 8), side="left", decoder_lengths=(3, 7, 6)),
}
WITH_BF16 = dict(BOTH_STACKS, unpadded=Case((9, 9), decoder_lengths=(6, 6), bf16=True))
ONE_INPUT = {
    "unpadded": Case((9, 9)),
    "right": Case((11, 5, 8), gradients=True),
    "left": Case((11, 5, 8), side="left"),
}
DECODER_ALONE = {
    "unpadded": Case((9, 9), bf16=True),
    "right": Case((11, 5, 8), gradients=True),
    "left": Case((11, 5, 8), side="left"),
}
LONG = {"right": Case((40, 31), decoder_lengths=(33, 29), gradients=True)}


def t5_config(**changes):
    """A T5 whose head width is not width / heads, with few buckets so that far distances share one."""
    settings = dict(
        vocab_size=T5_WORDS.size, d_model=18, d_kv=7, d_ff=26, num_layers=1, num_decoder_layers=2, num_heads=3,
        relative_attention_num_buckets=12, relative_attention_max_distance=20, dropout_rate=0.0, initializer_factor=0.8,
        decoder_start_token_id=0)
    return T5Config(**{**settings, **changes})


GATED = dict(feed_forward_proj="gated-gelu", tie_word_embeddings=False)
T5_HEADS = {
    "model": (T5Model, 1, BOTH_STACKS, dict(num_layers=2, num_decoder_layers=3)),
    "model_gated": (T5Model, 2, {"right": BOTH_STACKS["right"]}, GATED),
    "model_gated_silu": (T5Model, 3, {"left": BOTH_STACKS["left"]}, dict(feed_forward_proj="gated-silu")),
    "encoder": (T5EncoderModel, 4, ONE_INPUT, dict(num_layers=2)),
    "conditional_generation": (T5ForConditionalGeneration, 5, WITH_BF16, {}),
    "conditional_generation_gated": (T5ForConditionalGeneration, 6, WITH_BF16, GATED),
    "conditional_generation_own_head": (T5ForConditionalGeneration, 7, BOTH_STACKS, GATED),
    "conditional_generation_long": (T5ForConditionalGeneration, 8, LONG, {}),
    "sequence_classification": (T5ForSequenceClassification, 9, ONE_INPUT,
                                dict(num_labels=3, problem_type="single_label_classification")),
    "sequence_classification_regression": (T5ForSequenceClassification, 10, {"left": ONE_INPUT["left"]},
                                           dict(num_labels=1, problem_type="regression")),
    "token_classification": (T5ForTokenClassification, 11, ONE_INPUT, dict(num_labels=5)),
    "question_answering": (T5ForQuestionAnswering, 12, ONE_INPUT, {}),
}


BART_WORDS = golden.Words(size=43, pad=1, first=0, last=2, lowest=4)


def bart_config(**changes):
    """A BART whose stacks have unlike sizes."""
    settings = dict(
        vocab_size=BART_WORDS.size, d_model=18, encoder_layers=1, encoder_attention_heads=3, encoder_ffn_dim=26,
        decoder_layers=2, decoder_attention_heads=2, decoder_ffn_dim=22, max_position_embeddings=16, dropout=0.0,
        init_std=0.2, num_labels=3)
    return BartConfig(**{**settings, **changes})


BART_HEADS = {
    "model": (BartModel, 1, BOTH_STACKS, dict(encoder_layers=2)),
    "model_shifted_input": (BartModel, 2, {"right": Case((11, 5, 8))}, {}),
    "model_scaled_relu": (BartModel, 3, {"left": BOTH_STACKS["left"]},
                          dict(scale_embedding=True, activation_function="relu")),
    "conditional_generation": (BartForConditionalGeneration, 4, WITH_BF16, {}),
    "sequence_classification": (BartForSequenceClassification, 5, ONE_INPUT,
                                dict(problem_type="single_label_classification")),
    "sequence_classification_multi_label": (BartForSequenceClassification, 6, {"left": ONE_INPUT["left"]},
                                            dict(num_labels=4, problem_type="multi_label_classification")),
    "question_answering": (BartForQuestionAnswering, 7, ONE_INPUT, {}),
    # transformers' cache has as many layers as the encoder, also where there is none.
    "causal_lm": (BartForCausalLM, 8, DECODER_ALONE, dict(encoder_layers=2)),
}


def untie_head(model):
    """Gives the head a matrix of its own, as the files of v1.1 and Flan have it."""
    matrix = torch.randn(model.lm_head.weight.shape, generator=torch.Generator().manual_seed(1)) * 0.5
    model.lm_head.weight = torch.nn.Parameter(matrix)
    model.all_tied_weights_keys.pop("lm_head.weight")


def write_buckets(folder):
    """The bucket of each distance."""
    distances = torch.arange(-300, 301)
    tables = {
        f"{count}_{far}_{'both' if both else 'past'}":
            T5Attention._relative_position_bucket(distances, bidirectional=both, num_buckets=count, max_distance=far)
        for count, far in ((32, 128), (12, 20), (64, 300), (9, 17)) for both in (True, False)}
    golden.write(folder, tables, {"first_distance": -300})


def main():
    """Writes every folder under the resource root."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else golden.RESOURCES
    write_buckets(root / "t5_buckets")
    for head, (model_class, seed, cases, changes) in T5_HEADS.items():
        model = golden.make_tiny(model_class, seed, config=t5_config, **changes)
        if head.endswith("own_head"):
            untie_head(model)
        family.write(root / "t5" / head, model, seed, cases, T5_WORDS)
    for head, (model_class, seed, cases, changes) in BART_HEADS.items():
        model = golden.make_tiny(model_class, seed, config=bart_config, **changes)
        if head == "conditional_generation":
            model.final_logits_bias.normal_(generator=torch.Generator().manual_seed(seed))
        if head == "causal_lm":  # a decoder alone has the cross-attentions' parameters, and no use for them
            for name, parameter in model.named_parameters():
                parameter.requires_grad_("encoder_attn" not in name)
        family.write(root / "bart" / head, model, seed, cases, BART_WORDS)


if __name__ == "__main__":
    main()
