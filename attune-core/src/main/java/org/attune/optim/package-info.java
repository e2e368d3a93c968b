/**
 * How gradients become new parameters: settings ({@link org.attune.optim.OptimizerSettings}: AdamW,
 * AdamW in 8 bits, Adafactor, SGD, and rates by layer or group), what works by them and keeps their
 * state ({@link org.attune.optim.Optimizer}), the formulas ({@link org.attune.optim.UpdateRule}),
 * which parameters stay as they are ({@link org.attune.optim.Freezing}), the learning rate over a
 * run ({@link org.attune.optim.Schedule}), and the limit on the size of a step ({@link
 * org.attune.optim.GradientClip}).
 *
 * <p>Settings are records a recipe can spell; state is apart from them and saved as named tensors.
 * Formulas, groups and corner cases are those of PyTorch and of transformers' Trainer, so that the
 * same recipe gives the same weights. May import: {@code nn}, {@code tensor}.
 */
package org.attune.optim;
