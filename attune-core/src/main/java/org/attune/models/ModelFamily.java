package org.attune.models;

import java.util.Set;
import org.attune.checkpoint.ConfigJson;

/** One family of models: how to build it and how its files differ from the plain rule. */
public interface ModelFamily {
  /** {@code model_type} in config.json. */
  String modelType();

  /** First part of the architectures' names, as {@code Bert}. */
  String className();

  /** The heads it has. */
  Set<Head> heads();

  /**
   * Builds a model with empty parameters.
   *
   * @throws org.attune.AttuneException when the config is not valid
   */
  Model create(ConfigJson config, Head head);

  /**
   * Name of the body inside a model with a head, as {@code bert}; its parameters' names start with
   * it.
   */
  String basePrefix();

  /**
   * Whether a key of a file is known and needed by no model: a buffer an old version saved, or a
   * part of another head.
   */
  boolean ignores(String key);

  /** Whether a parameter may be new (random) when a head is put on a body that has none. */
  boolean mayBeNew(String parameter);
}
