package org.attune.models;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.Weights;

/** One family of models: how to build it and how its files differ from the plain rule. */
public interface ModelFamily {
  /** {@code model_type} in config.json. */
  String modelType();

  /** First part of the architectures' names, as {@code Bert}. */
  String className();

  /** The heads it has. */
  Set<Head> heads();

  /** The architecture's name of a head, as {@code BertForMaskedLM}. */
  default String architecture(Head head) {
    return className() + head.suffix();
  }

  /**
   * The head that config.json's {@code architectures} names; none where it names nothing.
   *
   * @throws AttuneException listing those the family has
   */
  default Head head(ConfigJson config) {
    List<String> names = config.strings("architectures");
    if (names.isEmpty()) {
      return Head.NONE;
    }
    return heads().stream()
        .filter(head -> architecture(head).equals(names.get(0)))
        .findFirst()
        .orElseThrow(
            () ->
                new AttuneException(
                    "models: "
                        + modelType()
                        + " has no architecture '"
                        + names.get(0)
                        + "'; known are "
                        + heads().stream().map(this::architecture).collect(Collectors.joining(", "))
                        + " [config.json]"));
  }

  /**
   * Builds a model with empty parameters.
   *
   * @throws org.attune.AttuneException when the config is not valid
   */
  Model create(ConfigJson config, Head head);

  /**
   * What a checkpoint's weights show of how a model is built.
   *
   * @param config for {@link #create}
   * @param absent parameters the checkpoint lacks and the model is therefore built without
   */
  record Fitted(ConfigJson config, List<String> absent) {
    public Fitted {
      absent = List.copyOf(absent);
    }
  }

  /**
   * The config as a checkpoint's weights show it to be, where config.json alone does not say how
   * the model is built.
   *
   * @param head that the model is to have
   * @param weights of the checkpoint, not loaded yet
   */
  default Fitted fitted(ConfigJson config, Head head, Weights weights) {
    return new Fitted(config, List.of());
  }

  /**
   * The config under which a model reads forwards only, as one that is to learn to write must:
   * another one where the family's models read in both directions otherwise.
   */
  default ConfigJson readingForwards(ConfigJson config) {
    return config;
  }

  /**
   * The key of config.json that says how many layers there are; empty where layers are not alike,
   * so that none can be left out.
   */
  default Optional<String> layersKey() {
    return Optional.of("num_hidden_layers");
  }

  /** Why training in fp16 does not suit the family, as the end of a sentence; empty if it does. */
  default Optional<String> fp16Risk() {
    return Optional.empty();
  }

  /** Keys of config.json that hold a dropout probability, those of the heads among them. */
  List<String> dropoutKeys();

  /** The config with this probability for every dropout, also one that it does not mention. */
  default ConfigJson withDropout(ConfigJson config, double probability) {
    ConfigJson changed = config;
    for (String key : dropoutKeys()) {
      changed = changed.with(key, probability);
    }
    return changed;
  }

  /**
   * Name of the body inside a model with a head, as {@code bert}; its parameters' names start with
   * it.
   */
  String basePrefix();

  /** The same under one head, where heads differ in what they call their body. */
  default String basePrefix(Head head) {
    return basePrefix();
  }

  /**
   * The name in the newest files of a tensor that older ones call otherwise; the body's prefix may
   * be there or not.
   */
  default String renamed(String key) {
    return key;
  }

  /**
   * Keys of files that are known, and that some or all models have no place for: a buffer an old
   * version saved, or a part of another head.
   */
  Pattern ignored();

  /**
   * Names of the body's parameters that every checkpoint has, with the body's prefix or without.
   */
  Pattern body();

  /** Whether a key that the model has no place for is known, and no mistake. */
  default boolean ignores(String key) {
    return ignored().matcher(key).matches();
  }

  /** Whether a parameter may be new (random) when a head is put on a body that has none. */
  default boolean mayBeNew(String parameter) {
    return !body().matcher(parameter).matches();
  }
}
