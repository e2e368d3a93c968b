/**
 * How good predictions are: numbers from numbers, no tensors.
 *
 * <p>Start at {@link org.attune.metric.ClassificationMetrics}, {@link
 * org.attune.metric.MultiLabelMetrics} or {@link org.attune.metric.RegressionMetrics}; each gives
 * an {@link org.attune.metric.Evaluation} of {@link org.attune.metric.Score}s with bootstrap
 * intervals. Definitions are scikit-learn's (a class never predicted has precision 0) and agree
 * with it to 1e-9; a metric that the data does not define is left out with its reason. {@link
 * org.attune.metric.TransferReport} sums up tasks learned in turn. May import: {@code org.attune}.
 */
package org.attune.metric;
