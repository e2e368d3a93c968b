"""Pre-training objectives with chance fixed, for NoiseFixtureTest.

    python objective_fixtures.py attune-core/src/test/resources/golden/objective/noise.json

Masked LM comes from transformers' DataCollatorForLanguageModeling, plain and whole-word. T5's and BART's
noise is written here a second time, with arrays, after the papers and the algorithms their authors
published, from the same random choices that the fixture hands to Java.
"""
import json, pathlib, sys
import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import DataCollatorForLanguageModeling, PreTrainedTokenizerFast

rng = np.random.default_rng(42)
WORDS = ["al", "##pha", "be", "##ta", "gam", "##ma", "##s", "del", "epsi", "##lon", "ze"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def word_piece():
    vocabulary = {token: i for i, token in enumerate(SPECIAL + WORDS)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]",
                                   cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")


def masked_lm(whole_words):
    """Every chosen token becomes [MASK], so that labels and inputs follow from the choice alone."""
    tokenizer = word_piece()
    forms = ["alpha", "beta", "gammas", "gamma", "del", "epsilon", "ze"]
    texts = [" ".join(rng.choice(forms, size=24)) for _ in range(8)]
    padded = tokenizer(texts, padding=True, return_special_tokens_mask=True, return_offsets_mapping=True)
    collator = DataCollatorForLanguageModeling(tokenizer, whole_word_mask=whole_words, mask_replace_prob=1.0,
                                               random_replace_prob=0.0, seed=7)
    batch = collator([{key: padded[key][i] for key in padded} for i in range(len(texts))])
    rows = []
    for i in range(len(texts)):
        words = padded.word_ids(i)
        starts = [w is None or k == 0 or words[k - 1] != w for k, w in enumerate(words)]
        rows.append(dict(ids=padded["input_ids"][i], candidate=[not s for s in padded["special_tokens_mask"][i]], starts=starts,
                         inputs=batch["input_ids"][i].tolist(), labels=batch["labels"][i].tolist()))
    return rows


def t5(length):
    """Random segmentation as in T5's random_spans_noise_mask; sentinels count down from 999, end is 1."""
    ids = rng.integers(10, 900, length)
    noise_tokens = int(min(max(np.round(length * 0.15), 1), length - 1))
    spans = int(max(np.round(noise_tokens / 3.0), 1))

    def segment(items, parts):
        first = np.pad(rng.permutation(np.arange(items - 1) < parts - 1), [[1, 0]])
        return np.bincount(np.cumsum(first), minlength=parts)

    lengths = np.stack([segment(length - noise_tokens, spans), segment(noise_tokens, spans)], axis=1).reshape(-1)
    starts = np.zeros(length, dtype=int)
    starts[np.cumsum(lengths)[:-1]] = 1
    noise = np.cumsum(starts) % 2 == 1

    def side(mask):
        begins = mask & ~np.concatenate([[False], mask[:-1]])
        replaced = np.where(begins, 1000 - np.cumsum(begins), ids)
        return [int(x) for x in replaced[~(mask & ~begins)]] + [1]

    return dict(ids=ids.tolist(), noise=noise.tolist(), tokens=noise_tokens, spans=spans,
                input=side(noise), target=side(~noise))


def bart(length):
    """Sentence order, infilling and rotation for given choices; mask is 4, full stop is 9."""
    ids = rng.integers(10, 900, length)
    ids[rng.random(length) < 0.12] = 9
    starts = rng.random(length) < 0.6
    starts[0] = True
    ends = [i + 1 for i in range(length)
            if i == length - 1 or (ids[i] == 9 and ids[i + 1] != 9)]
    order = rng.permutation(len(ends))
    bounds = [0] + ends
    permuted = np.concatenate([np.arange(bounds[s], bounds[s + 1]) for s in order])

    # Spans of words: a step a token, all spans at once, until none has words left.
    word_starts = np.flatnonzero(starts)
    count = max(1, len(word_starts) // 8)
    first = rng.permutation(word_starts)[:count]
    span = 1 + rng.poisson(2.0, count)
    filled, keep = ids.copy(), np.ones(length, dtype=bool)
    filled[first] = 4
    at, left = first.copy(), span - 1
    begins = np.append(starts, True)  # the end of the row ends the last word ..
    while len(at):
        left = np.where(at + 1 >= length, -1, left - begins[np.minimum(at + 1, length)])  # .. and every span
        at, left = at[left >= 0] + 1, left[left >= 0]
        keep[at] = False
    infilled = filled[keep]
    inserts = np.sort(rng.permutation(len(infilled) + 2)[:2])
    inserted = np.full(len(infilled) + 2, 4)
    inserted[np.setdiff1d(np.arange(len(inserted)), inserts)] = infilled
    turn = int(rng.integers(length))
    return dict(ids=ids.tolist(), starts=starts.tolist(), ends=ends, order=order.tolist(),
                permuted=ids[permuted].tolist(), first=first.tolist(), span=span.tolist(),
                infilled=infilled.tolist(), inserts=inserts.tolist(), inserted=inserted.tolist(),
                turn=turn, rotated=np.roll(ids, -turn).tolist())


if __name__ == "__main__":
    torch.manual_seed(42)
    fixture = dict(masked=masked_lm(False), whole_words=masked_lm(True),
                   t5=[t5(n) for n in (2, 3, 7, 20, 100, 512)], bart=[bart(n) for n in (5, 20, 100, 300)])
    out = pathlib.Path(sys.argv[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(fixture) + "\n")
