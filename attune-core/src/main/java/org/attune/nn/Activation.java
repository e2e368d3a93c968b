package org.attune.nn;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.attune.AttuneException;
import org.attune.tensor.Functional;
import org.attune.tensor.Tensor;

/** The non-linear functions a config.json may name as {@code hidden_act}. */
public enum Activation {
  GELU("gelu", Functional::gelu),
  /** Two names for the tanh approximation. */
  GELU_NEW("gelu_new", Functional::geluTanh),
  GELU_PYTORCH_TANH("gelu_pytorch_tanh", Functional::geluTanh),
  RELU("relu", Functional::relu),
  SILU("silu", Functional::silu),
  TANH("tanh", Tensor::tanh);

  private final String configName;

  @SuppressWarnings("ImmutableEnumChecker") // the functions have no state
  private final UnaryOperator<Tensor> function;

  Activation(String configName, UnaryOperator<Tensor> function) {
    this.configName = configName;
    this.function = function;
  }

  /** The name in config.json. */
  public String configName() {
    return configName;
  }

  public Tensor apply(Tensor x) {
    return function.apply(x);
  }

  /**
   * The function of that name.
   *
   * @throws AttuneException listing the names known
   */
  public static Activation named(String name) {
    for (Activation activation : values()) {
      if (activation.configName.equals(name)) {
        return activation;
      }
    }
    throw new AttuneException(
        "unknown activation '"
            + name
            + "'; known are "
            + Arrays.stream(values()).map(Activation::configName).collect(Collectors.joining(", "))
            + " [config.json]");
  }
}
