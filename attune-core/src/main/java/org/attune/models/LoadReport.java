package org.attune.models;

import java.util.ArrayList;
import java.util.List;

/**
 * What came of filling a model from a checkpoint.
 *
 * @param newParameters names that the checkpoint lacks and that start at random: a new head's
 * @param unused keys of the checkpoint that the model has no place for: another head's
 * @param absent names that the checkpoint lacks and the model was built without: a body's pooler
 */
public record LoadReport(List<String> newParameters, List<String> unused, List<String> absent) {
  public LoadReport {
    absent = List.copyOf(absent);
    newParameters = List.copyOf(newParameters);
    unused = List.copyOf(unused);
  }

  /** One line each, for the user to know. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (!newParameters.isEmpty()) {
      remarks.add("new, to be trained: " + String.join(", ", newParameters));
    }
    if (!unused.isEmpty()) {
      remarks.add("in the checkpoint but not used: " + String.join(", ", unused));
    }
    if (!absent.isEmpty()) {
      remarks.add(
          "not in the checkpoint, and left out of the model, whose last hidden state does not need"
              + " them: "
              + String.join(", ", absent));
    }
    return remarks;
  }
}
