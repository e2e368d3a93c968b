package org.attune.models;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.WeightsWriter;
import org.attune.nn.Parameter;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;

/** Models out of checkpoints, and back into them. */
public final class Pretrained {
  /**
   * A model and how its checkpoint fitted.
   *
   * @param model ready to predict with: dropout is off
   */
  public record Loaded(Model model, LoadReport report) {}

  private Pretrained() {}

  /**
   * The model that config.json's {@code architectures} names, with every weight from the
   * checkpoint.
   *
   * @throws AttuneException when a tensor is missing, unexpected or of another shape
   */
  public static Loaded load(Checkpoint checkpoint) {
    ConfigJson config = checkpoint.config();
    return load(checkpoint, Families.of(config).head(config), config, false);
  }

  /**
   * The checkpoint's body under a head of the caller's choice. A head the checkpoint lacks, or has
   * in another size, starts at random.
   *
   * @param config the checkpoint's, perhaps with other labels or dropout
   * @param seed of the new weights
   */
  public static Loaded load(Checkpoint checkpoint, Head head, ConfigJson config, long seed) {
    Loaded loaded = load(checkpoint, head, config, true);
    loaded.model().initialize(new Rng(seed), loaded.model().initializerRange());
    return loaded;
  }

  private static Loaded load(Checkpoint checkpoint, Head head, ConfigJson config, boolean newHead) {
    ModelFamily family = Families.of(config);
    ModelFamily.Fitted fitted = family.fitted(config, head, checkpoint.weights());
    Model model = family.create(fitted.config(), head);
    LoadReport report = WeightLoader.load(family, model, checkpoint.weights(), newHead);
    return new Loaded(
        model, new LoadReport(report.newParameters(), report.unused(), fitted.absent()));
  }

  /**
   * A model with random weights.
   *
   * @param seed of the weights
   */
  public static Model fresh(ConfigJson config, Head head, long seed) {
    ModelFamily family = Families.of(config);
    if (!family.heads().contains(head)) {
      throw new AttuneException(
          "models: " + family.modelType() + " has no head " + head + "; it has " + family.heads());
    }
    Model model = family.create(config, head);
    model.initialize(new Rng(seed), model.initializerRange());
    return model;
  }

  /** The model config.json describes, with empty parameters. */
  public static Model create(ConfigJson config) {
    ModelFamily family = Families.of(config);
    return family.create(config, family.head(config));
  }

  private static ModelFamily family(Model model) {
    return Families.of(model.config());
  }

  /**
   * Writes config.json and model.safetensors, or shards above 5 GB, as transformers does: tied
   * weights once, under their first name.
   */
  public static void save(Model model, Path folder) {
    config(model).write(folder.resolve("config.json"));
    WeightsWriter.write(folder, state(model));
  }

  /** The config.json that describes a model as it is now. */
  public static ConfigJson config(Model model) {
    String architecture = family(model).architecture(model.head());
    return model
        .config()
        .with("architectures", List.of(architecture))
        .with("dtype", "float32")
        .without("torch_dtype");
  }

  /** A model's tensors by the names they have in files. */
  public static Map<String, Tensor> state(Model model) {
    Map<String, Tensor> state = new LinkedHashMap<>();
    Set<Parameter> seen = new HashSet<>();
    model
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              if (seen.add(parameter)) {
                state.put(name, parameter.value());
              }
            });
    return state;
  }
}
