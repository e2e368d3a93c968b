/**
 * Learns the vocabulary of a tokenizer from text: byte-level BPE, WordPiece and unigram, as Hugging
 * Face's {@code tokenizers} library does, whose Java binding has no trainers.
 *
 * <p>Start at {@link org.attune.text.trainer.TokenizerTrainer}; {@link
 * org.attune.text.trainer.TrainerSettings} says what to learn. Words come from the Rust library's
 * own normalizers and pre-tokenizers ({@code org.attune.text.PreTokenizer}), so that training and
 * use split alike; they are counted on all cores and memory holds the different words only, up to a
 * bound. BPE and WordPiece give the reference's vocabulary, merge by merge; unigram nearly so
 * (docs/tokenizers.md). May import: {@code org.attune}, {@code org.attune.text}.
 */
package org.attune.text.trainer;
