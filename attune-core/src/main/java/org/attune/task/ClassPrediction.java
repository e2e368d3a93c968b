package org.attune.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.data.Labels;

/**
 * What a classifier says of one text.
 *
 * @param labels the likeliest label, or all above the threshold, or none for a number
 * @param scores probability of each of those, or the number
 * @param logits the model's raw outputs
 */
@SuppressWarnings("ArrayRecordComponent") // a value handed to the caller once
public record ClassPrediction(
    List<String> labels, List<Double> scores, boolean several, float[] logits) {

  static ClassPrediction best(Labels labels, double[] probabilities, float[] logits) {
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    return new ClassPrediction(
        List.of(labels.name(best)), List.of(probabilities[best]), false, logits);
  }

  static ClassPrediction above(
      double threshold, Labels labels, double[] probabilities, float[] logits) {
    List<String> names = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    for (int i = 0; i < probabilities.length; i++) {
      if (probabilities[i] > threshold) {
        names.add(labels.name(i));
        scores.add(probabilities[i]);
      }
    }
    return new ClassPrediction(names, scores, true, logits);
  }

  static ClassPrediction number(float[] logits) {
    return new ClassPrediction(List.of(), List.of((double) logits[0]), false, logits);
  }

  /** The label of a classifier with one a text. */
  public String label() {
    if (labels.size() != 1 || several) {
      throw new IllegalStateException("this prediction has the labels " + labels);
    }
    return labels.get(0);
  }

  /** The row that {@code attune predict} writes. */
  public Map<String, Object> toMap(boolean withLogits) {
    Map<String, Object> row = new LinkedHashMap<>();
    if (several) {
      row.put("labels", labels);
      row.put("scores", scores);
    } else {
      if (!labels.isEmpty()) {
        row.put("label", labels.get(0));
      }
      row.put("score", scores.get(0));
    }
    if (withLogits) {
      row.put("logits", logits);
    }
    return row;
  }
}
