package org.attune.text.trainer;

import java.util.Arrays;

/** A growing row of ints. */
final class IntList {
  private int[] values = new int[4];
  private int size;

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = value;
  }

  /** Adds it unless it was the last to be added. */
  void addUnlessLast(int value) {
    if (size == 0 || values[size - 1] != value) {
      add(value);
    }
  }

  int get(int index) {
    return values[index];
  }

  void set(int index, int value) {
    values[index] = value;
  }

  int size() {
    return size;
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  /** The last first. */
  int[] reversed() {
    int[] reversed = new int[size];
    for (int i = 0; i < size; i++) {
      reversed[i] = values[size - 1 - i];
    }
    return reversed;
  }
}
