/**
 * From text to answers: each task says how rows become batches, which loss a model learns by, which
 * metrics judge it and what a prediction looks like.
 *
 * <p>Start at {@link org.attune.task.TextClassification}; {@link org.attune.task.Predictor} opens a
 * saved model with the task its config.json names. {@link org.attune.task.Distillation} and what
 * else changes a loss goes around a task; {@link org.attune.task.MultiTask} is several of them. May
 * import everything below: {@code train}, {@code objective}, {@code models}, {@code checkpoint},
 * {@code data}, {@code metric}, {@code text}.
 */
package org.attune.task;
