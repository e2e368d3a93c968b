/**
 * T5 (Raffel et al. 2019) in its versions 1.0, 1.1 and Flan: an encoder and a decoder, pre-norm,
 * with root-mean-square norms, no biases, scores that nothing scales, and a learned bias for the
 * distance of key and query in place of positions.
 *
 * <p>Read {@link org.attune.models.t5.T5Config}, then {@code T5PositionBias}, {@code T5Attention},
 * the blocks, the stacks {@code T5Encoder} and {@code T5Decoder}, and the heads. Quirks of its
 * files, all in {@link org.attune.models.t5.T5Family}: the word embeddings have four names of which
 * one is written; the head's matrix may be a fifth or a tensor of its own; the biases stand in
 * block 0 of each stack; old files hold one for a cross-attention, which nobody reads.
 */
package org.attune.models.t5;
