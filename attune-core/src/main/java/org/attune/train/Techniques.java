package org.attune.train;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attune.UsageException;
import org.attune.tensor.Tensor;

/** Many techniques as one, called in order. Tensors in a checkpoint are {@code NAME/TENSOR}. */
record Techniques(List<Technique> all) implements Technique {
  private static final String SEPARATOR = "/";

  Techniques {
    all = List.copyOf(all);
    Set<String> names = new HashSet<>();
    for (Technique technique : all) {
      if (!names.add(technique.name())) {
        throw new UsageException("train: technique '" + technique.name() + "' is there twice");
      }
    }
  }

  @Override
  public String name() {
    return "techniques";
  }

  @Override
  public String fingerprint() {
    return all.stream().map(Technique::fingerprint).toList().toString();
  }

  @Override
  public void start(Run run) {
    all.forEach(technique -> technique.start(run));
  }

  @Override
  public void beforeStep(long step) {
    all.forEach(technique -> technique.beforeStep(step));
  }

  @Override
  public double afterBackward(long step) {
    double added = 0;
    for (Technique technique : all) {
      added += technique.afterBackward(step);
    }
    return added;
  }

  @Override
  public boolean leavesGradientsAlone() {
    return all.stream().allMatch(Technique::leavesGradientsAlone);
  }

  @Override
  public void afterStep(long done) {
    all.forEach(technique -> technique.afterStep(done));
  }

  @Override
  public void beforeEvaluation() {
    all.forEach(Technique::beforeEvaluation);
  }

  /** In the reverse order: what was put in place last goes first. */
  @Override
  public void afterEvaluation() {
    for (int i = all.size() - 1; i >= 0; i--) {
      all.get(i).afterEvaluation();
    }
  }

  @Override
  public void finish() {
    all.forEach(Technique::finish);
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    for (Technique technique : all) {
      technique
          .state()
          .forEach((name, tensor) -> state.put(technique.name() + SEPARATOR + name, tensor));
    }
    return state;
  }

  @Override
  public void load(Map<String, Tensor> state) {
    for (Technique technique : all) {
      String prefix = technique.name() + SEPARATOR;
      Map<String, Tensor> own = new LinkedHashMap<>();
      state.forEach(
          (name, tensor) -> {
            if (name.startsWith(prefix)) {
              own.put(name.substring(prefix.length()), tensor);
            }
          });
      technique.load(own);
    }
  }

  @Override
  public void close() {
    all.forEach(Technique::close);
  }
}
