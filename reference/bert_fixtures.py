"""Golden files of BERT: a tiny random model per head, in the layout that family.py describes.

    python bert_fixtures.py [OUT]          (OUT: attune-core/src/test/resources/golden)

Seeds in HEADS.
"""
import dataclasses
import sys
from pathlib import Path

from transformers import (
    BertForMaskedLM, BertForMultipleChoice, BertForNextSentencePrediction, BertForPreTraining, BertForQuestionAnswering,
    BertForSequenceClassification, BertForTokenClassification, BertLMHeadModel, BertModel)

import family
import golden

RIGHT = family.ENCODER_CASES["right"]
ONE_CASE = {"right": RIGHT}
WITH_BF16 = dict(family.ENCODER_CASES, right=dataclasses.replace(RIGHT, bf16=True))
HEADS = {
    "model": (BertModel, 1, {}),
    "sequence_classification": (BertForSequenceClassification, 2,
                                dict(num_labels=3, problem_type="single_label_classification")),
    "sequence_classification_multi_label": (BertForSequenceClassification, 3,
                                            dict(num_labels=4, problem_type="multi_label_classification")),
    "sequence_classification_regression": (BertForSequenceClassification, 4,
                                           dict(num_labels=1, problem_type="regression")),
    "masked_lm": (BertForMaskedLM, 5, {}),
    "next_sentence_prediction": (BertForNextSentencePrediction, 6, {}),
    "pre_training": (BertForPreTraining, 7, {}),
    "token_classification": (BertForTokenClassification, 8, dict(num_labels=5)),
    "question_answering": (BertForQuestionAnswering, 9, {}),
    "model_relu": (BertModel, 10, dict(hidden_act="relu", num_hidden_layers=1)),
    "model_gelu_new": (BertModel, 11, dict(hidden_act="gelu_new", num_hidden_layers=1)),
    "multiple_choice": (BertForMultipleChoice, 12, {}),
    "causal_lm": (BertLMHeadModel, 13, dict(is_decoder=True)),
    "model_causal": (BertModel, 14, dict(is_decoder=True, num_hidden_layers=1)),
}


def cases(head, changes):
    """All four cases of a head, bf16 of the language models, one case of a variant."""
    if head == "multiple_choice":
        return family.CHOICE_CASES
    if "num_hidden_layers" in changes:
        return ONE_CASE
    return WITH_BF16 if head in ("masked_lm", "causal_lm") else family.ENCODER_CASES


def main():
    """Writes every head's folder under the resource root."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else golden.RESOURCES
    for head, (model_class, seed, changes) in HEADS.items():
        model = golden.make_tiny(model_class, seed, **changes)
        family.write(root / "bert" / head, model, seed, cases(head, changes))


if __name__ == "__main__":
    main()
