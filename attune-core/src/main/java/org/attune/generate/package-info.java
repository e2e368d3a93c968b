/**
 * Writing text with a model: greedy, by drawing, by contrastive or beam search.
 *
 * <p>Start at {@link org.attune.generate.TextGenerator} (texts) or {@link
 * org.attune.generate.Generator} (token ids), with a {@link org.attune.generate.GenerationConfig}.
 * {@code TokenSearch}, {@code ContrastiveSearch} and {@code BeamSearch} are the loops; {@code
 * LogitsProcessor} forbids and forces, {@code Filter} thins out what may be drawn, {@code Stopping}
 * ends. All follow transformers, token by token; contrastive search, which is no longer there,
 * follows its paper. A chat becomes a prompt by {@link org.attune.text.ChatTemplate}.
 *
 * <p>R is the number of rows of a decoder (prompts times beams), V the size of the vocabulary.
 *
 * <p>May import models, checkpoint, nn, text and tensor.
 */
package org.attune.generate;
