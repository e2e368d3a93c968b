package org.attune.task;

import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.attune.UsageException;
import org.attune.data.Batch;
import org.attune.models.Model;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.train.Encoded;
import org.attune.train.FisherInformation;

/** What a classifier's weights know of a task: their {@link FisherInformation} over some rows. */
public final class TaskInformation {
  private static final long SITE = Rng.site("fisher");

  /** Whose labels the gradients are of. */
  public enum Source {
    /** Drawn from the model's own answer: the Fisher information, one draw a row. */
    MODEL,
    /** The data's: the empirical Fisher. */
    LABELS;

    /** As a recipe names it. */
    public String configName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private TaskInformation() {}

  /**
   * The diagonal over rows taken at random, in the order of a seed.
   *
   * @param whole the module whose gradients are cleared: the model, or what it shares a body with
   * @param parameters whose information is wanted
   * @param count rows to take, at most all
   * @return new tensors by parameter
   * @throws UsageException for a task of several labels or of numbers
   */
  public static Map<String, Tensor> of(
      Module whole,
      Model model,
      Map<String, Parameter> parameters,
      TextClassification task,
      Encoded rows,
      int count,
      Source source,
      long seed) {
    if (task.problem() != TextClassification.Problem.SINGLE_LABEL_CLASSIFICATION) {
      throw new UsageException(
          "ewc: is for one label a text; this data makes it " + task.problem().configName());
    }
    whole.train(false);
    Rng chance = new Rng(seed);
    int[] chosen =
        IntStream.range(0, rows.size())
            .boxed()
            .sorted((a, b) -> Double.compare(draw(chance, 0, a), draw(chance, 0, b)))
            .limit(count)
            .mapToInt(Integer::intValue)
            .toArray();
    try (FisherInformation information = new FisherInformation(whole, parameters)) {
      for (int row : chosen) {
        Batch one = rows.batch(new int[] {row});
        information.add(() -> surprise(model, one, source, task, draw(chance, 1, row)));
      }
      return information.diagonal();
    }
  }

  private static double draw(Rng chance, long step, int row) {
    return chance.nextDouble(step, SITE, row);
  }

  /** {@code -log p(y|x)} of a row; y is its label, or where a number in [0, 1) falls among p. */
  private static Tensor surprise(
      Model model, Batch row, Source source, TextClassification task, double draw) {
    Tensor logits = task.logits(model, row); // [1, labels]
    if (source == Source.LABELS) {
      return CrossEntropy.plain().sum(logits, Tensors.ofLongs(row.labelIds(), 1));
    }
    double[] p = Probabilities.softmax(logits.detach().toFloats());
    int label = 0;
    double below = p[0];
    while (label < p.length - 1 && below <= draw) {
      below += p[++label];
    }
    return CrossEntropy.plain().sum(logits, Tensors.ofLongs(new long[] {label}, 1));
  }
}
