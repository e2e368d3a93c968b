/**
 * GPT-2 (Radford et al. 2019): a pre-norm decoder with learned positions.
 *
 * <p>Read {@link org.attune.models.gpt2.GPT2Config}, then {@code GPT2Block}, {@link
 * org.attune.models.gpt2.GPT2Model} and the heads. Quirks of its files, all in {@link
 * org.attune.models.gpt2.GPT2Family}: matrices are stored [in, out] and query, key and value are
 * one; the first files have no {@code transformer.} before their names; {@code attn.bias} and
 * {@code attn.masked_bias} are buffers, not biases; the language-model head is the word embeddings,
 * and its class is {@code GPT2LMHeadModel}, against the rule.
 */
package org.attune.models.gpt2;
