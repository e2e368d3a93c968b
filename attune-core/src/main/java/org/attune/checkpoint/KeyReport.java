package org.attune.checkpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.NearNames;
import org.attune.tensor.Shape;

/**
 * How the tensors of a checkpoint and the parameters of a model differ.
 *
 * @param missing parameters the checkpoint has no tensor for, by the model's names
 * @param unexpected tensors the model has no parameter for, by the checkpoint's names
 * @param misShaped tensors of another shape than their parameter
 */
public record KeyReport(List<String> missing, List<String> unexpected, List<MisShaped> misShaped) {

  /**
   * A tensor that does not fit.
   *
   * @param name in the checkpoint
   * @param stored its shape there
   * @param expected the parameter's
   */
  public record MisShaped(String name, Shape stored, Shape expected) {
    @Override
    public String toString() {
      return name + " is " + stored + ", model expects " + expected;
    }
  }

  private static final int SHOWN = 8;
  private static final int SHAPES_SHOWN = 1;

  /** Widths that tell a model's size, across the families that come in these two. */
  private static final Map<Long, String> SIZES = Map.of(768L, "base", 1024L, "large");

  public KeyReport {
    missing = missing.stream().sorted().toList();
    unexpected = unexpected.stream().sorted().toList();
    misShaped = List.copyOf(misShaped);
  }

  /** Whether every tensor has its parameter and every parameter its tensor. */
  public boolean fits() {
    return missing.isEmpty() && unexpected.isEmpty() && misShaped.isEmpty();
  }

  /**
   * Refuses a checkpoint that does not fit.
   *
   * @param where the checkpoint
   * @param modelType the model's family, such as {@code bert}
   * @throws AttuneException naming what does not fit, in one line
   */
  public void requireFit(String where, String modelType) {
    if (fits()) {
      return;
    }
    List<String> parts = new ArrayList<>();
    if (!misShaped.isEmpty()) {
      parts.add(list(misShaped, SHAPES_SHOWN));
    }
    if (!missing.isEmpty()) {
      List<String> described = missing.stream().limit(SHOWN).map(this::describeMissing).toList();
      parts.add(where + " lacks " + list(described, missing.size(), SHOWN));
    }
    if (!unexpected.isEmpty()) {
      parts.add(where + " has no use in this model for " + list(unexpected, SHOWN));
    }
    throw new AttuneException("checkpoint: " + String.join("; ", parts) + "; " + advice(modelType));
  }

  /** A name that was written differently stands among the unexpected. */
  private String describeMissing(String name) {
    String hint = NearNames.hint(name, unexpected);
    return hint.isEmpty() ? name : name + " (" + hint.substring("; ".length()) + ")";
  }

  private String advice(String modelType) {
    return misShaped.stream()
        .map(tensor -> sizes(tensor, modelType))
        .flatMap(Optional::stream)
        .findFirst()
        .orElse("do config.json and the weights belong to the same model?");
  }

  private static Optional<String> sizes(MisShaped tensor, String modelType) {
    if (tensor.stored().rank() == 0 || tensor.expected().rank() == 0) {
      return Optional.empty();
    }
    String stored = SIZES.get(tensor.stored().size(-1));
    String expected = SIZES.get(tensor.expected().size(-1));
    return stored == null || expected == null || stored.equals(expected)
        ? Optional.empty()
        : Optional.of(
            String.format(
                "is this %s-%s loaded into a %s-%s config?",
                modelType, stored, modelType, expected));
  }

  private static String list(Collection<?> items, int shown) {
    return list(items, items.size(), shown);
  }

  private static String list(Collection<?> items, int count, int shown) {
    StringBuilder list = new StringBuilder();
    Iterator<?> rest = items.iterator();
    for (int i = 0; i < shown && rest.hasNext(); i++) {
      list.append(i == 0 ? "" : ", ").append(rest.next());
    }
    return count > shown ? list + " and " + (count - shown) + " more" : list.toString();
  }
}
