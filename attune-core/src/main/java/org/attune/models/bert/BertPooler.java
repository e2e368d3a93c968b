package org.attune.models.bert;

import java.util.List;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.Weights;
import org.attune.models.Head;
import org.attune.models.ModelFamily;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** tanh(W h) of the first token, which is [CLS] or its like. */
public final class BertPooler extends Module {
  private static final List<String> NAMES = List.of("pooler.dense.weight", "pooler.dense.bias");

  /**
   * How {@link #fitted} tells a family's {@code create} to leave the pooler out: transformers' name
   * of its constructors' argument. It is in no file.
   */
  private static final String NOTE = "add_pooling_layer";

  private final Linear dense; // "dense"

  public BertPooler(BertConfig config) {
    dense = child("dense", Linear.of(config.hiddenSize(), config.hiddenSize()));
  }

  /** hidden [B, T, D] to [B, D]. */
  public Tensor forward(Tensor hidden) {
    return dense.forward(hidden.select(1, 0)).tanh();
  }

  // ---- a body without one

  /**
   * A bare body is built without a pooler where its checkpoint has none, as one that was saved with
   * a language-model head: the last hidden state does not need it, and one of random weights is of
   * no use to anybody.
   */
  public static ModelFamily.Fitted fitted(ConfigJson config, Head head, Weights weights) {
    boolean there =
        weights.names().stream().anyMatch(key -> NAMES.stream().anyMatch(key::endsWith));
    return head != Head.NONE || there
        ? new ModelFamily.Fitted(config, List.of())
        : new ModelFamily.Fitted(config.with(NOTE, false), NAMES);
  }

  /** Whether a bare body of this config has a pooler. */
  public static boolean isWanted(ConfigJson config) {
    return config.optionalBoolean(NOTE).orElse(true);
  }

  /** The config as it is to be kept. */
  public static ConfigJson withoutNote(ConfigJson config) {
    return config.without(NOTE);
  }
}
