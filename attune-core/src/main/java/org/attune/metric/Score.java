package org.attune.metric;

/**
 * A measured quantity with its uncertainty.
 *
 * @param name of the metric, as {@code accuracy}
 * @param value measured on all examples
 * @param low lower end of its confidence interval
 * @param high upper end
 */
public record Score(String name, double value, double low, double high) {}
