package org.attune.models;

import java.util.List;
import java.util.stream.Collectors;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.bart.BartFamily;
import org.attune.models.bert.BertFamily;
import org.attune.models.distilbert.DistilBertFamily;
import org.attune.models.gpt2.GPT2Family;
import org.attune.models.llama.LlamaFamily;
import org.attune.models.roberta.RobertaFamily;
import org.attune.models.t5.T5Family;

/** The families Attune knows. A new one is a folder and a line here. */
public final class Families {
  private static final List<ModelFamily> ALL =
      List.of(
          new BertFamily(),
          new RobertaFamily(),
          new DistilBertFamily(),
          new GPT2Family(),
          LlamaFamily.llama(),
          LlamaFamily.mistral(),
          LlamaFamily.qwen2(),
          new T5Family(),
          new BartFamily());

  private Families() {}

  /** All of them, in the order in which they are listed to users. */
  public static List<ModelFamily> all() {
    return ALL;
  }

  /**
   * The family that config.json's {@code model_type} names.
   *
   * @throws AttuneException listing those known
   */
  public static ModelFamily of(ConfigJson config) {
    String type = config.requiredString("model_type");
    return ALL.stream()
        .filter(family -> family.modelType().equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                new AttuneException(
                    "models: unknown model_type '"
                        + type
                        + "'; known are "
                        + ALL.stream().map(ModelFamily::modelType).collect(Collectors.joining(", "))
                        + " [config.json]"));
  }
}
