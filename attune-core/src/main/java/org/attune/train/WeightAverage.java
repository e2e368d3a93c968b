package org.attune.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.UsageException;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * A running average of the trainable weights, which is judged, kept and saved in their place: its
 * noise is less than that of any single step. The average takes the memory of the weights again,
 * and during an evaluation once more.
 */
public final class WeightAverage implements Technique {
  private static final String COUNT = "count";

  /** How much of the average the newest weights make. */
  private interface Share {
    /**
     * The share in [0, 1]; 0 to leave the average as it is.
     *
     * @param done steps done
     * @param taken weights averaged so far
     */
    double of(long done, long taken, Run run);
  }

  private final String name;
  private final String fingerprint;
  private final Share share;
  private final Map<String, Tensor> average = new LinkedHashMap<>();
  private final Map<String, Tensor> own = new LinkedHashMap<>(); // the run's, while judged
  private Run run;
  private long taken;

  private WeightAverage(String name, String fingerprint, Share share) {
    this.name = name;
    this.fingerprint = fingerprint;
    this.share = share;
  }

  /**
   * Exponential moving average: each step, {@code average = d average + (1 - d) weights}, where d
   * rises to the decay as {@code (1 + t) / (10 + t)} over the first steps t, so that the start is
   * soon forgotten (the warm-up of TensorFlow's ExponentialMovingAverage).
   *
   * @param decay in (0, 1), mostly 0.99 to 0.9999
   */
  public static WeightAverage exponential(double decay) {
    if (!(decay > 0 && decay < 1)) {
      throw new UsageException("ema: decay is " + decay + ", expected a number above 0, below 1");
    }
    return new WeightAverage(
        "ema",
        "ema(decay " + decay + ")",
        (done, taken, run) -> 1 - Math.min(decay, (1.0 + taken) / (10.0 + taken)));
  }

  /**
   * Stochastic weight averaging (Izmailov et al. 2018): the plain mean of the weights after each
   * pass over the data, from a point of the run on. It wants a learning rate that does not fall to
   * nothing: a constant schedule.
   *
   * @param start share of the run's steps before the first weights that count, in [0, 1)
   */
  public static WeightAverage stochastic(double start) {
    if (!(start >= 0 && start < 1)) {
      throw new UsageException(
          "swa: start is " + start + ", expected a number of at least 0, below 1");
    }
    return new WeightAverage(
        "swa",
        "swa(start " + start + ")",
        (done, taken, run) -> {
          boolean due = done % run.stepsPerEpoch() == 0 || done == run.steps();
          return due && done > start * run.steps() ? 1.0 / (taken + 1) : 0;
        });
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public void start(Run newRun) {
    run = newRun;
  }

  @Override
  public boolean leavesGradientsAlone() {
    return true;
  }

  @Override
  public void afterStep(long done) {
    double part = share.of(done, taken, run);
    if (part > 0) {
      boolean first = average.isEmpty();
      Autograd.noGrad(
          () -> run.parameters().forEach((key, p) -> take(key, p.value(), first ? 1 : part)));
      taken++;
    }
  }

  private void take(String key, Tensor value, double part) {
    if (part == 1) {
      average.computeIfAbsent(key, k -> Tensors.zeros(value.shape(), value.dtype()).keep());
      average.get(key).copyFrom(value);
    } else {
      average.get(key).timesInPlace(1 - part).addInPlace(value, part);
    }
  }

  @Override
  public void beforeEvaluation() {
    if (!average.isEmpty()) {
      Autograd.noGrad(
          () ->
              run.parameters().forEach((key, p) -> own.put(key, p.value().detach().copy().keep())));
      put(average);
    }
  }

  @Override
  public void afterEvaluation() {
    if (!own.isEmpty()) {
      put(own);
      own.values().forEach(Tensor::close);
      own.clear();
    }
  }

  @Override
  public void finish() {
    if (!average.isEmpty()) {
      put(average);
    }
  }

  private void put(Map<String, Tensor> values) {
    Autograd.noGrad(() -> values.forEach((key, value) -> parameter(key).value().copyFrom(value)));
  }

  private Parameter parameter(String key) {
    return run.parameters().get(key);
  }

  @Override
  public Map<String, Tensor> state() {
    if (average.isEmpty()) {
      return Map.of();
    }
    Map<String, Tensor> state = new LinkedHashMap<>(average);
    state.put(COUNT, Tensors.full(Shape.of(), DType.F64, (double) taken));
    return state;
  }

  @Override
  public void load(Map<String, Tensor> state) {
    if (!state.isEmpty()) {
      state.forEach(
          (key, value) -> {
            if (!key.equals(COUNT)) {
              take(key, value, 1);
            }
          });
      taken = Math.round(state.get(COUNT).item());
    }
  }

  @Override
  public void close() {
    average.values().forEach(Tensor::close);
    average.clear();
    own.values().forEach(Tensor::close);
    own.clear();
  }
}
