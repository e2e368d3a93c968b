/**
 * Llama (Touvron et al. 2023) and the families of its design, Mistral and Qwen2: pre-norm decoders
 * with root-mean-square norms, rotary positions, gated feed-forward layers, and fewer key heads
 * than query heads.
 *
 * <p>Read {@link org.attune.models.llama.LlamaConfig}, {@link org.attune.models.llama.RopeScaling},
 * then {@code LlamaLayer}, {@link org.attune.models.llama.LlamaModel} and the heads. Quirks, all in
 * {@link org.attune.models.llama.LlamaFamily} and the config: Qwen2 has biases on query, key and
 * value that its config does not mention; Mistral's sliding window is 4096 where the config leaves
 * it out, none where it says null; with a question answering head the body of Llama and Qwen2 is
 * called {@code transformer}, of Mistral {@code model}; old files hold the rotary frequencies.
 */
package org.attune.models.llama;
