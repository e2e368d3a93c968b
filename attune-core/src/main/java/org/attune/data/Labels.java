package org.attune.data;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attune.AttuneException;

/**
 * The names of the answers, in the order of a model's outputs. They are matched by name, never by
 * position.
 */
public final class Labels {
  private final List<String> names;
  private final Map<String, Integer> ids = new HashMap<>();

  private Labels(List<String> names) {
    this.names = List.copyOf(names);
    for (int i = 0; i < names.size(); i++) {
      if (ids.putIfAbsent(names.get(i), i) != null) {
        throw new AttuneException("data: label '" + names.get(i) + "' is named twice");
      }
    }
  }

  /** Labels in this order: a model's. */
  public static Labels of(List<String> names) {
    return new Labels(names);
  }

  /** Labels found in data: by number if all are whole numbers, else alphabetically. */
  public static Labels sorted(Collection<String> found) {
    boolean numbers = found.stream().allMatch(name -> name.matches("-?\\d{1,9}"));
    Comparator<String> order =
        numbers ? Comparator.comparingInt(Integer::parseInt) : Comparator.naturalOrder();
    return new Labels(new HashSet<>(found).stream().sorted(order).toList());
  }

  public List<String> names() {
    return names;
  }

  public int size() {
    return names.size();
  }

  public String name(int id) {
    return names.get(id);
  }

  public Optional<Integer> id(String name) {
    return Optional.ofNullable(ids.get(name));
  }

  /**
   * The number in a model's labels of each of these.
   *
   * @throws AttuneException listing both sides when the model lacks one
   */
  public int[] alignTo(Labels model) {
    List<String> unknown = names.stream().filter(name -> model.id(name).isEmpty()).toList();
    if (!unknown.isEmpty()) {
      throw new AttuneException(
          "data: labels "
              + Rows.list(unknown)
              + " are in the data but not among the model's: "
              + Rows.list(model.names)
              + "; rename them with 'labels:' or train a model on them");
    }
    return IntStream.range(0, size()).map(i -> model.ids.get(names.get(i))).toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels && names.equals(labels.names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  @Override
  public String toString() {
    return names.toString();
  }
}
