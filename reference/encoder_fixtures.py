"""Golden files of RoBERTa and DistilBERT: a tiny random model per head, in the layout that family.py describes.

    python encoder_fixtures.py [OUT]          (OUT: attune-core/src/test/resources/golden)

Seeds in HEADS.
"""
import dataclasses
import sys
from pathlib import Path

import transformers

import family
import golden

# RoBERTa's own order of special tokens: <s> 0, <pad> 1, </s> 2, <unk> 3; <mask> is the last word.
ROBERTA_WORDS = golden.Words(size=67, pad=1, first=0, last=2, lowest=4)
DISTILBERT_WORDS = golden.Words(size=73, pad=0, first=1, last=2, lowest=4)
SHORT = {"unpadded": family.Case((6, 6)), "right": family.Case((7, 4), gradients=True)}


def roberta_config(**changes):
    """Positions for 31 tokens: 33 less the padding's and the one before."""
    settings = dict(
        vocab_size=67, hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=40,
        max_position_embeddings=33, type_vocab_size=1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        initializer_range=0.2, layer_norm_eps=1e-5)
    return transformers.RobertaConfig(**{**settings, **changes})


def distilbert_config(**changes):
    """DistilBERT's own names of the same sizes."""
    settings = dict(
        vocab_size=73, dim=24, n_layers=2, n_heads=3, hidden_dim=44, max_position_embeddings=35, dropout=0.0,
        attention_dropout=0.0, qa_dropout=0.0, seq_classif_dropout=0.0, initializer_range=0.2)
    return transformers.DistilBertConfig(**{**settings, **changes})


SINGLE = dict(num_labels=3, problem_type="single_label_classification")
MULTI = dict(num_labels=4, problem_type="multi_label_classification")
NUMBER = dict(num_labels=1, problem_type="regression")
HEADS = {
    "roberta": {
        "model": ("RobertaModel", 31, {}),
        "model_two_types": ("RobertaModel", 32, dict(type_vocab_size=2, num_hidden_layers=1, pad_token_id=3)),
        "sequence_classification": ("RobertaForSequenceClassification", 33, SINGLE),
        "sequence_classification_multi_label": ("RobertaForSequenceClassification", 34, dict(MULTI, num_hidden_layers=1)),
        "sequence_classification_regression": ("RobertaForSequenceClassification", 35, dict(NUMBER, num_hidden_layers=1)),
        "token_classification": ("RobertaForTokenClassification", 36, dict(num_labels=5)),
        "question_answering": ("RobertaForQuestionAnswering", 37, {}),
        "masked_lm": ("RobertaForMaskedLM", 38, {}),
        "masked_lm_untied": ("RobertaForMaskedLM", 39, dict(tie_word_embeddings=False, num_hidden_layers=1)),
        "causal_lm": ("RobertaForCausalLM", 40, dict(is_decoder=True)),
        "multiple_choice": ("RobertaForMultipleChoice", 41, {}),
    },
    "distilbert": {
        "model": ("DistilBertModel", 51, {}),
        "model_sinusoidal": ("DistilBertModel", 52, dict(sinusoidal_pos_embds=True, n_layers=1, activation="relu")),
        "sequence_classification": ("DistilBertForSequenceClassification", 53, SINGLE),
        "sequence_classification_multi_label": ("DistilBertForSequenceClassification", 54, dict(MULTI, n_layers=1)),
        "sequence_classification_regression": ("DistilBertForSequenceClassification", 55, dict(NUMBER, n_layers=1)),
        "token_classification": ("DistilBertForTokenClassification", 56, dict(num_labels=5)),
        "question_answering": ("DistilBertForQuestionAnswering", 57, {}),
        "masked_lm": ("DistilBertForMaskedLM", 58, {}),
        "masked_lm_untied": ("DistilBertForMaskedLM", 59, dict(tie_word_embeddings=False, n_layers=1)),
        "multiple_choice": ("DistilBertForMultipleChoice", 60, {}),
    },
}
FAMILIES = {"roberta": (roberta_config, ROBERTA_WORDS), "distilbert": (distilbert_config, DISTILBERT_WORDS)}


def cases(name, model):
    """All four cases of a head, two of a variant; token types where the model has several, bf16 of one head."""
    if name in ("model_sinusoidal", "masked_lm_untied"):
        return SHORT
    types = getattr(model.config, "type_vocab_size", 0) > 1
    return {case: dataclasses.replace(how, types=how.types and types, bf16=case == "right" and name == "masked_lm")
            for case, how in (family.CHOICE_CASES if name == "multiple_choice" else family.ENCODER_CASES).items()}


def main():
    """Writes every head's folder under the resource root."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else golden.RESOURCES
    for name, heads in HEADS.items():
        config, words = FAMILIES[name]
        for head, (model_class, seed, changes) in heads.items():
            model = golden.make_tiny(getattr(transformers, model_class), seed, config, **changes)
            if head == "masked_lm_untied" and name == "roberta":
                model.lm_head.bias.requires_grad_(False)  # untied, the head reads its decoder's own bias
            own = dataclasses.replace(words, pad=model.config.pad_token_id)
            family.write(root / name / head, model, seed, cases(head, model), own)


if __name__ == "__main__":
    main()
