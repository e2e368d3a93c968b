package org.attune.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.NearNames;
import org.attune.UsageException;
import org.attune.data.Dataset;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.objective.CrossEntropy;
import org.attune.objective.Objective;
import org.attune.objective.WeightedCrossEntropy;

/**
 * How mistakes in one label a text are counted, where plain cross-entropy is not wanted.
 *
 * @param labelSmoothing share of the target spread evenly over all labels (Szegedy et al. 2016)
 * @param gamma of the focal loss (Lin et al. 2017); 0 for cross-entropy
 * @param weighting how labels weigh
 */
public record ClassLoss(double labelSmoothing, double gamma, Weighting weighting) {
  /** How labels weigh against each other. */
  public sealed interface Weighting {
    /** All examples alike. */
    record Even() implements Weighting {}

    /** All labels alike, however rare in the training examples. */
    record Balanced() implements Weighting {}

    /** By name; a label not named weighs 1. */
    record Named(Map<String, Double> weights) implements Weighting {
      public Named {
        weights = Map.copyOf(weights);
      }
    }
  }

  /** Checks what does not need the labels. */
  public ClassLoss {
    new WeightedCrossEntropy(List.of(), gamma, labelSmoothing);
    if (weighting instanceof Weighting.Named named) {
      new WeightedCrossEntropy(List.copyOf(named.weights().values()), 0, 0);
    }
  }

  /** Cross-entropy. */
  public static ClassLoss plain() {
    return new ClassLoss(0, 0, new Weighting.Even());
  }

  Objective objective(Labels labels, Dataset train) {
    Optional<List<Double>> weights = weights(labels, train);
    if (weights.isEmpty() && gamma == 0) {
      return new CrossEntropy(labelSmoothing);
    }
    return new WeightedCrossEntropy(
        weights.orElseGet(() -> labels.names().stream().map(name -> 1.0).toList()),
        gamma,
        labelSmoothing);
  }

  private Optional<List<Double>> weights(Labels labels, Dataset train) {
    if (weighting instanceof Weighting.Balanced) {
      return Optional.of(WeightedCrossEntropy.balanced(counts(labels, train)));
    }
    if (weighting instanceof Weighting.Named named) {
      for (String name : named.weights().keySet()) {
        if (!labels.names().contains(name)) {
          throw new UsageException(
              "task: class_weights names the label '"
                  + name
                  + "', which the data does not have"
                  + NearNames.hint(name, labels.names()));
        }
      }
      return Optional.of(
          labels.names().stream().map(name -> named.weights().getOrDefault(name, 1.0)).toList());
    }
    return Optional.empty();
  }

  private static List<Integer> counts(Labels labels, Dataset train) {
    int[] counts = new int[labels.size()];
    Dataset aligned = train.alignedTo(labels);
    aligned.examples().forEach(example -> counts[((Target.Single) example.target()).label()]++);
    List<Integer> list = new ArrayList<>();
    for (int label = 0; label < counts.length; label++) {
      if (counts[label] == 0) {
        throw new AttuneException(
            "task: class_weights is balanced, but no training example has the label '"
                + labels.names().get(label)
                + "'; name weights instead, such as class_weights: { "
                + labels.names().get(label)
                + ": 1 }");
      }
      list.add(counts[label]);
    }
    return list;
  }
}
