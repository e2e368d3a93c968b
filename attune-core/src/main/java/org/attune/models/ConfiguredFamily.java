package org.attune.models;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.attune.checkpoint.ConfigJson;

/**
 * A family with a config of its own and a class for each head: its constructor lists them.
 *
 * @param <C> the config, which checks itself
 */
public abstract class ConfiguredFamily<C> implements ModelFamily {
  /** Of a model: the config.json it is to keep, and what was read from it. */
  @FunctionalInterface
  public interface Constructor<C> {
    Model make(ConfigJson json, C config);
  }

  private final String modelType;
  private final String className;
  private final Function<ConfigJson, C> reader;
  private final Map<Head, Constructor<C>> heads = new EnumMap<>(Head.class);

  /**
   * A family without a head yet.
   *
   * @param reader of config.json
   */
  protected ConfiguredFamily(String modelType, String className, Function<ConfigJson, C> reader) {
    this.modelType = modelType;
    this.className = className;
    this.reader = reader;
  }

  /** Adds a head. */
  protected final void has(Head head, Constructor<C> constructor) {
    heads.put(head, constructor);
  }

  @Override
  public final String modelType() {
    return modelType;
  }

  @Override
  public final String className() {
    return className;
  }

  @Override
  public final Set<Head> heads() {
    return Collections.unmodifiableSet(heads.keySet());
  }

  @Override
  public final Model create(ConfigJson json, Head head) {
    Constructor<C> constructor = heads.get(head);
    if (constructor == null) {
      throw new IllegalArgumentException(modelType + " has no head " + head);
    }
    return constructor.make(json, reader.apply(json));
  }
}
