package org.attune.models.llama;

import java.util.Optional;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.tensor.Functional;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * The frequencies of rotary positions, and how they are stretched so that a model reaches further
 * than it was trained. Newer config.json say it in {@code rope_parameters}, older in {@code
 * rope_theta} and {@code rope_scaling}.
 */
public interface RopeScaling {
  /** Far beyond any published base. */
  double MAX_THETA = 1e12;

  /**
   * Frequencies of a head.
   *
   * @param width E of a head
   * @param length highest position of the batch, plus one
   * @return E/2, in radians a position
   */
  float[] frequencies(int width, long length);

  /** Factor of cosines and sines. */
  default double amplitude() {
    return 1;
  }

  /** Most tokens the positions reach, of {@code max_position_embeddings}. */
  default int reach(int maxPositions) {
    return maxPositions;
  }

  /**
   * Reads and checks what config.json says.
   *
   * @param family for messages
   * @throws AttuneException for a type that is not known, or a number that makes no sense
   */
  static RopeScaling of(ConfigJson json, int maxPositions, String family) {
    Optional<ConfigJson> scaling = json.object("rope_scaling");
    ConfigJson rope =
        scaling.or(() -> json.object("rope_parameters")).orElseGet(() -> ConfigJson.parse("{}"));
    double theta =
        rope.optionalDouble("rope_theta", 1, MAX_THETA)
            .orElse(json.optionalDouble("rope_theta", 1, MAX_THETA).orElse(10_000));
    double partial =
        rope.optionalDouble("partial_rotary_factor", 0, 1)
            .orElse(json.optionalDouble("partial_rotary_factor", 0, 1).orElse(1));
    if (partial != 1) {
      throw new AttuneException(
          family
              + ": partial_rotary_factor is "
              + partial
              + "; only whole heads are rotated here [config.json]");
    }
    String type =
        rope.optionalString("rope_type").or(() -> rope.optionalString("type")).orElse("default");
    return switch (type) {
      case "default" -> new Plain(theta);
      case "linear" -> new Linear(theta, factor(rope, family));
      case "dynamic" -> new Dynamic(theta, factor(rope, family), maxPositions);
      case "llama3" -> Llama3.of(rope, theta, maxPositions, family);
      case "yarn" -> YarnScaling.of(json, rope, theta, maxPositions);
      default ->
          throw new AttuneException(
              family
                  + ": rope_type is '"
                  + type
                  + "'; known are default, linear, dynamic, llama3, yarn [config.json]");
    };
  }

  private static double factor(ConfigJson rope, String family) {
    return required(rope, "factor", family);
  }

  private static double required(ConfigJson rope, String key, String family) {
    return rope.optionalDouble(key, 1e-3, 1e6)
        .orElseThrow(
            () ->
                new AttuneException(
                    family + ": " + key + " is missing from the rope parameters [config.json]"));
  }

  /** theta^(-2i/E), in fp32 as the reference computes it. */
  static float[] plain(double theta, int width) {
    float[] exponents = new float[width / 2];
    for (int i = 0; i < exponents.length; i++) {
      exponents[i] = 2f * i / width;
    }
    try (Scope scope = Scope.open()) {
      Tensor periods = Functional.power(theta, Tensors.ofFloats(exponents, exponents.length));
      float[] frequencies = periods.toFloats();
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] = 1f / frequencies[i];
      }
      return frequencies;
    }
  }

  /** As trained. */
  record Plain(double theta) implements RopeScaling {
    @Override
    public float[] frequencies(int width, long length) {
      return plain(theta, width);
    }
  }

  /** Positions divided by a factor. */
  record Linear(double theta, double factor) implements RopeScaling {
    @Override
    public float[] frequencies(int width, long length) {
      float[] frequencies = plain(theta, width);
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] /= (float) factor;
      }
      return frequencies;
    }

    @Override
    public int reach(int maxPositions) {
      return stretched(maxPositions, factor);
    }
  }

  /**
   * The base grows with the input once that is longer than the model was trained for ("NTK-aware").
   * Frequencies follow from this batch alone; transformers goes on with those of the longest input
   * it has seen, until a short one comes.
   */
  record Dynamic(double theta, double factor, int trained) implements RopeScaling {
    @Override
    public float[] frequencies(int width, long length) {
      double stretch = factor * Math.max(length, trained) / trained - (factor - 1);
      return plain(theta * Math.pow(stretch, width / (width - 2.0)), width);
    }

    @Override
    public int reach(int maxPositions) {
      return stretched(maxPositions, factor);
    }
  }

  /**
   * Llama 3.1: low frequencies divided by a factor, high ones kept, those between in between.
   *
   * @param low waves longer than {@code trained / low} are stretched whole
   * @param high waves shorter than {@code trained / high} are kept
   * @param trained length the model was trained for at first
   */
  record Llama3(double theta, double factor, double low, double high, int trained)
      implements RopeScaling {
    static Llama3 of(ConfigJson rope, double theta, int maxPositions, String family) {
      double low = required(rope, "low_freq_factor", family);
      double high = required(rope, "high_freq_factor", family);
      if (high <= low) {
        throw new AttuneException(
            family
                + ": high_freq_factor ("
                + high
                + ") must be above low_freq_factor ("
                + low
                + ") [config.json]");
      }
      return new Llama3(
          theta,
          RopeScaling.factor(rope, family),
          low,
          high,
          RopeScaling.trained(rope, maxPositions));
    }

    @Override
    public float[] frequencies(int width, long length) {
      float[] frequencies = plain(theta, width);
      for (int i = 0; i < frequencies.length; i++) {
        float wave = (float) (2 * Math.PI) / frequencies[i];
        float stretched = frequencies[i] / (float) factor;
        if (wave > trained / low) {
          frequencies[i] = stretched;
        } else if (wave >= trained / high) {
          float smooth = (trained / wave - (float) low) / (float) (high - low);
          frequencies[i] = (1 - smooth) * stretched + smooth * frequencies[i];
        }
      }
      return frequencies;
    }
  }

  /** The length before any stretching. */
  static int trained(ConfigJson rope, int maxPositions) {
    return rope.optionalInt("original_max_position_embeddings", 1, 1 << 24).orElse(maxPositions);
  }

  /** A length times a factor, within what an int holds. */
  static int stretched(int length, double factor) {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(length, length * factor));
  }
}
