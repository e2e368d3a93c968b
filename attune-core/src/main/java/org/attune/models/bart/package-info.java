/**
 * BART (Lewis et al. 2019): an encoder like BERT's and a decoder that reads its states, post-norm,
 * with learned positions and one table of word embeddings for both and the head.
 *
 * <p>Read {@link org.attune.models.bart.BartConfig}, then {@code BartEmbeddings}, {@code
 * BartAttention}, the layers, the stacks {@code BartEncoder} and {@code BartDecoder}, {@link
 * org.attune.models.bart.BartModel} and the heads. Quirks of its files, all in {@link
 * org.attune.models.bart.BartFamily}: the table of positions has two rows too many in front; the
 * word embeddings have four names of which one is written; the head's bias is not learned, and may
 * be missing; a bare body has no {@code model.} before its names; fairseq left version numbers.
 * {@link org.attune.models.bart.BartForCausalLM} is the decoder alone.
 */
package org.attune.models.bart;
