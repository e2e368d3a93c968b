/**
 * The parts that transformer models are built of, as plain Java over {@link
 * org.attune.tensor.Tensor}: {@link org.attune.nn.Module} holds named parameters and children,
 * {@link org.attune.nn.Linear}, {@link org.attune.nn.Embedding}, {@link org.attune.nn.LayerNorm},
 * {@link org.attune.nn.Attention} and {@link org.attune.nn.Dropout} compute. {@link
 * org.attune.nn.JoinedLinear} makes one product of layers that read the same.
 *
 * <p>A parameter's path through its modules is its name in a Hugging Face file, so a child may be
 * called {@code "output.dense"}. Layers never free memory: {@link org.attune.nn.LayerStack} does,
 * and it may run layers a second time in the backward pass: {@link org.attune.nn.BackwardPlan}.
 *
 * <p>Letters of shapes, here and in {@code org.attune.models}: {@code B} batch, {@code T} query
 * length, {@code S} key length, {@code D} model width, {@code H} heads, {@code K} key/value heads,
 * {@code E} head width, {@code F} feed-forward width, {@code V} vocabulary, {@code R} rank. May
 * import: {@code tensor}.
 */
package org.attune.nn;
