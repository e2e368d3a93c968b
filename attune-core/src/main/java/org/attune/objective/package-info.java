/**
 * What training makes small. An {@link org.attune.objective.Objective} gives the sum of the losses
 * of a batch's items and, apart from it, how many items count, so that the trainer can normalize
 * over a whole accumulation window and not batch by batch.
 *
 * <p>May import: {@code tensor}.
 */
package org.attune.objective;
