package org.attune.models;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attune.AttuneException;
import org.attune.checkpoint.KeyReport;
import org.attune.checkpoint.Weights;
import org.attune.nn.Parameter;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/** Matches the keys of a checkpoint with a model's parameters, and fills those. */
final class WeightLoader {
  private final ModelFamily family;
  private final Head head;
  private final Weights weights;
  private final Map<String, Parameter> parameters;
  private final boolean newHead;
  private final Map<String, String> keyByName = new HashMap<>();
  private final List<KeyReport.MisShaped> misShaped = new ArrayList<>();

  private WeightLoader(ModelFamily family, Model model, Weights weights, boolean newHead) {
    this.family = family;
    this.head = model.head();
    this.weights = weights;
    this.parameters = model.namedParameters();
    this.newHead = newHead;
  }

  /**
   * Fills what the checkpoint has.
   *
   * @param newHead whether a head may be missing or of another size, to be initialized by the
   *     caller
   * @throws AttuneException listing missing, unexpected or mis-shaped tensors by name
   */
  static LoadReport load(ModelFamily family, Model model, Weights weights, boolean newHead) {
    return new WeightLoader(family, model, weights, newHead).load();
  }

  private LoadReport load() {
    boolean prefixed = parameters.keySet().stream().anyMatch(n -> n.startsWith(prefix()));
    for (String key : weights.names()) {
      keyByName.put(parameterName(key, prefixed), key);
    }
    Set<String> used = new LinkedHashSet<>();
    List<String> missing = new ArrayList<>();
    List<String> fresh = new ArrayList<>();
    for (Map.Entry<Parameter, List<String>> tied : names().entrySet()) {
      used.addAll(tied.getValue());
      Optional<String> found = tied.getValue().stream().filter(keyByName::containsKey).findFirst();
      String first = tied.getValue().get(0);
      if (found.isPresent() && fill(found.get(), tied.getKey())) {
        tied.getValue().stream()
            .filter(keyByName::containsKey)
            .forEach(other -> requireTied(found.get(), other));
        continue;
      }
      if (!tied.getKey().hasValue()) { // one that has a value already may be left out of files
        (newHead && family.mayBeNew(first) ? fresh : missing).add(first);
      }
    }
    List<String> unused = new ArrayList<>();
    List<String> unexpected = new ArrayList<>();
    keyByName.forEach(
        (name, key) -> {
          if (!used.contains(name)) {
            (family.ignores(key) ? unused : unexpected).add(key);
          }
        });
    new KeyReport(missing, unexpected, misShaped).requireFit(where(), family.modelType());
    return new LoadReport(fresh, unused.stream().sorted().toList(), List.of());
  }

  private String where() {
    return String.valueOf(weights.files().get(0).toAbsolutePath().getParent());
  }

  private String prefix() {
    return family.basePrefix(head) + ".";
  }

  /**
   * The parameter a key belongs to: gamma and beta are old names; a body may be with or without its
   * prefix.
   */
  private String parameterName(String key, boolean prefixed) {
    String name =
        family
            .renamed(key)
            .replaceFirst("LayerNorm\\.gamma$", "LayerNorm.weight")
            .replaceFirst("LayerNorm\\.beta$", "LayerNorm.bias");
    if (!prefixed && name.startsWith(prefix())) {
      return name.substring(prefix().length());
    }
    if (prefixed && !parameters.containsKey(name) && parameters.containsKey(prefix() + name)) {
      return prefix() + name;
    }
    return name;
  }

  /** All names of each parameter: tied ones have several. */
  private Map<Parameter, List<String>> names() {
    Map<Parameter, List<String>> names = new LinkedHashMap<>();
    parameters.forEach((n, p) -> names.computeIfAbsent(p, key -> new ArrayList<>()).add(n));
    return names;
  }

  /**
   * A file may hold a tied tensor under each of its names. Where they differ, config.json is wrong,
   * and either choice would be a model that nobody trained.
   */
  private void requireTied(String name, String other) {
    String key = keyByName.get(name);
    String second = keyByName.get(other);
    if (key.equals(second) || misShaped.stream().anyMatch(tensor -> tensor.name().equals(key))) {
      return;
    }
    try (Scope scope = Scope.open()) {
      boolean same =
          weights.shape(key).equals(weights.shape(second))
              && weights.load(key).minus(weights.load(second)).abs().max().item() == 0;
      if (!same) {
        throw new AttuneException(
            "checkpoint: "
                + key
                + " and "
                + second
                + " differ, config.json says they are one; set tie_word_embeddings to false");
      }
    }
  }

  /** False when the tensor is a head of another size and may be new. */
  private boolean fill(String name, Parameter parameter) {
    String key = keyByName.get(name);
    if (!weights.shape(key).equals(parameter.shape())) {
      if (newHead && family.mayBeNew(name)) {
        return false;
      }
      misShaped.add(new KeyReport.MisShaped(key, weights.shape(key), parameter.shape()));
      return true; // there, though of no use: not missing too
    }
    try (Scope scope = Scope.open()) {
      Tensor stored = weights.load(key);
      if (!stored.dtype().isFloating()) {
        throw new AttuneException(
            "checkpoint: " + key + " is " + stored.dtype() + ", expected floating point numbers");
      }
      parameter.set(stored.dtype() == DType.F32 ? stored : stored.to(DType.F32));
    }
    return true;
  }
}
