package org.attune.train;

import org.attune.metric.Evaluation;

/**
 * How good the model was at one moment of a run.
 *
 * @param step steps done
 * @param epoch passes over the training set, with its fraction
 * @param evaluation on the validation set
 */
public record EvaluationPoint(long step, double epoch, Evaluation evaluation) {}
