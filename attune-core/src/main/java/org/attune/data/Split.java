package org.attune.data;

/** A data set in two: to learn from, and to judge by. */
public record Split(Dataset train, Dataset validation) {
  /** Labels of both. */
  public Labels labels() {
    return train.labels();
  }
}
