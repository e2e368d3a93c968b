package org.attune.train;

/**
 * One point of the training curve.
 *
 * @param step steps done
 * @param loss mean over the steps since the point before
 * @param lr learning rate of this step
 * @param gradientNorm of this step, before clipping
 */
public record LossPoint(long step, double loss, double lr, double gradientNorm) {}
