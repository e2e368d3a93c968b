package org.attune.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.attune.AttuneException;
import org.junit.jupiter.api.Tag;

/**
 * Whatever bytes lie in a config.json: every question about it is answered, and what is written
 * reads as the same, or an {@link AttuneException} says why not.
 *
 * <p>Has a JVM to itself, as {@link SafetensorsFuzzTest} has; {@link HostileBytesTest} stands in
 * for it in the normal suite.
 */
@Tag("fuzz")
class ConfigFuzzTest {
  private static final List<String> KEYS =
      List.of("model_type", "hidden_size", "layer_norm_eps", "architectures", "a", "");

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreReadOrRefused(byte[] bytes) {
    readOrRefuse(bytes);
  }

  /** Returns whether the bytes are a config; anything but a plain refusal is thrown on. */
  static boolean readOrRefuse(byte[] bytes) {
    ConfigJson config;
    try {
      config = ConfigJson.parse(bytes, "config.json");
    } catch (AttuneException e) {
      return false;
    }
    answered(config::labels);
    answered(config::dtype);
    for (String key : KEYS) {
      answered(() -> config.requiredString(key));
      answered(() -> config.requiredInt(key, 1, 1 << 20));
      answered(() -> config.optionalDouble(key, 0, 1));
      answered(() -> config.optionalBoolean(key));
      answered(() -> config.strings(key));
    }
    if (!ConfigJson.parse(config.toJson()).equals(config)) {
      throw new AssertionError("does not survive writing: " + config.toJson());
    }
    return true;
  }

  private static void answered(Runnable question) {
    try {
      question.run();
    } catch (AttuneException e) {
      // refused in one line
    }
  }
}
