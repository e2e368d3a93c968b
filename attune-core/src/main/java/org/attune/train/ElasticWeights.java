package org.attune.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.UsageException;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Pulls weights back to where they were good for something else: {@code lambda / 2 sum_i F_i (w_i -
 * a_i)^2} is added to the loss.
 *
 * <ul>
 *   <li>Elastic weight consolidation (EWC, Kirkpatrick et al. 2017, equation 3): F is the diagonal
 *       Fisher information of each task learned before, a the weights after it. The sum over tasks
 *       of such terms is one more such term, but for a constant: F is the sum of theirs, a the mean
 *       of their anchors weighed by F. So the memory does not grow with the tasks.
 *   <li>Online EWC (Schwarz et al. 2018, section 3.2): {@code F = gamma F + F_new}, and a is where
 *       the newest task ended: old tasks fade.
 *   <li>L2-SP (Li et al. 2018, equation 2): F = 1 and a is where fine-tuning started.
 * </ul>
 *
 * <p>One object goes through several runs, and learns a task more by {@link #consolidate} between
 * them. Its memory is twice that of the weights. Anchors and information are no part of a
 * checkpoint: who resumes a run makes it with the same again, which the fingerprint checks.
 */
public final class ElasticWeights implements Technique {
  private static final double KEEP_ALL = 1;

  private final String name;
  private final double lambda;
  private final double decay;
  private final boolean online;
  private final Map<String, Tensor> information = new LinkedHashMap<>(); // F, empty for all ones
  private final Map<String, Tensor> anchors = new LinkedHashMap<>(); // a
  private Map<String, Parameter> parameters = Map.of();

  private ElasticWeights(String name, double lambda, double decay, boolean online) {
    if (!(lambda >= 0 && Double.isFinite(lambda))) {
      throw new UsageException(
          name + ": lambda is " + lambda + ", expected a number of at least 0");
    }
    if (!(decay > 0 && decay <= 1)) {
      throw new UsageException(
          name + ": decay is " + decay + ", expected a number above 0, at most 1");
    }
    this.name = name;
    this.lambda = lambda;
    this.decay = decay;
    this.online = online;
  }

  /** EWC with a term for each task. */
  public static ElasticWeights ewc(double lambda) {
    return new ElasticWeights("ewc", lambda, KEEP_ALL, false);
  }

  /**
   * Online EWC.
   *
   * @param decay gamma, what is left of the old information when a task comes in; in (0, 1]
   */
  public static ElasticWeights online(double lambda, double decay) {
    return new ElasticWeights("ewc", lambda, decay, true);
  }

  /** L2-SP around the weights given to {@link #anchor}. */
  public static ElasticWeights toStart(double lambda) {
    return new ElasticWeights("l2_sp", lambda, KEEP_ALL, true);
  }

  /** Holds these weights as they are now to be the best, all of them alike. */
  public void anchor(Map<String, Parameter> weights) {
    weights.forEach((key, parameter) -> put(anchors, key, parameter.value()));
  }

  /**
   * Adds a task that has just been learned.
   *
   * @param weights as they are now
   * @param fisher its information by the same names; not kept
   */
  public void consolidate(Map<String, Parameter> weights, Map<String, Tensor> fisher) {
    try (Scope scope = Scope.open()) {
      Autograd.noGrad(() -> fisher.forEach((key, f) -> consolidate(key, weights.get(key), f)));
    }
  }

  private void consolidate(String key, Parameter weight, Tensor fisher) {
    Tensor now = weight.value();
    if (!information.containsKey(key)) {
      put(information, key, fisher);
      put(anchors, key, now);
    } else if (online) {
      information.get(key).timesInPlace(decay).addInPlace(fisher, 1);
      anchors.get(key).copyFrom(now);
    } else {
      Tensor before = information.get(key);
      Tensor all = before.plus(fisher);
      Tensor share = fisher.div(all.plus(Float.MIN_NORMAL)); // 0 where neither task knows anything
      Tensor anchor = anchors.get(key);
      anchor.addInPlace(now.minus(anchor).times(share), 1);
      before.copyFrom(all);
    }
  }

  private static void put(Map<String, Tensor> map, String key, Tensor value) {
    Tensor own = map.computeIfAbsent(key, k -> Tensors.zeros(value.shape(), DType.F32).keep());
    Autograd.noGrad(
        () -> {
          own.copyFrom(value);
        });
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String fingerprint() {
    return name
        + "(lambda "
        + lambda
        + (online && !information.isEmpty() ? ", decay " + decay : "")
        + ", "
        + anchors.size()
        + " tensors, information "
        + sum(information)
        + ", anchors "
        + sum(anchors)
        + ")";
  }

  /** Tells other weights apart well enough. */
  private static double sum(Map<String, Tensor> tensors) {
    try (Scope scope = Scope.open()) {
      return Autograd.noGrad(
          () -> tensors.values().stream().mapToDouble(tensor -> tensor.abs().sum().item()).sum());
    }
  }

  @Override
  public void start(Run run) {
    parameters = new LinkedHashMap<>();
    Map<String, Parameter> all = run.model().namedParameters();
    for (String key : anchors.keySet()) {
      Parameter parameter = all.get(key);
      if (parameter == null) {
        throw new UsageException(name + ": the model has no parameter " + key);
      }
      if (parameter.trainable()) {
        parameters.put(key, parameter);
      }
    }
  }

  @Override
  public double afterBackward(long step) {
    return Autograd.noGrad(
        () ->
            parameters.entrySet().stream().mapToDouble(e -> pull(e.getKey(), e.getValue())).sum());
  }

  /** Adds {@code lambda F (w - a)} to a gradient. Returns the term of the loss. */
  private double pull(String key, Parameter parameter) {
    Tensor away = parameter.value().detach().minus(anchors.get(key));
    Tensor slope = information.containsKey(key) ? away.times(information.get(key)) : away;
    double term = lambda / 2 * slope.times(away).sum().item();
    if (lambda > 0) {
      // The gradient of an embedding table is sparse, that of the term is not.
      Tensor gradient = parameter.grad().orElseGet(() -> slope.times(0));
      parameter.value().setGrad(gradient.plus(slope.times(lambda)));
    }
    return term;
  }

  @Override
  public void close() {
    // Lives longer than a run: see free().
  }

  /** Frees anchors and information, when no run is to come. */
  public void free() {
    information.values().forEach(Tensor::close);
    anchors.values().forEach(Tensor::close);
    information.clear();
    anchors.clear();
  }
}
