package org.attune.models.llama;

import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.ConfiguredFamily;
import org.attune.models.Head;

/**
 * The registry's entries of Llama and the families of its design, and the quirks of their files.
 */
public final class LlamaFamily extends ConfiguredFamily<LlamaConfig> {
  /** The frequencies that old versions saved, and the parts that only some heads have. */
  private static final Pattern IGNORED =
      Pattern.compile("(.*\\.)?rotary_emb\\.inv_freq|(lm_head|score|qa_outputs)\\..*");

  private static final Pattern BODY =
      Pattern.compile("(model|transformer|embed_tokens|layers|norm)\\..*");

  private final String bodyOfAnswers;

  private LlamaFamily(
      String modelType,
      String className,
      String bodyOfAnswers,
      Function<ConfigJson, LlamaConfig> reader) {
    super(modelType, className, reader);
    this.bodyOfAnswers = bodyOfAnswers;
    has(Head.NONE, LlamaModel::new);
    has(Head.CAUSAL_LM, LlamaForCausalLM::new);
    has(Head.SEQUENCE_CLASSIFICATION, LlamaForSequenceClassification::new);
    has(Head.TOKEN_CLASSIFICATION, LlamaForTokenClassification::new);
    has(
        Head.QUESTION_ANSWERING,
        (json, config) -> new LlamaForQuestionAnswering(json, config, bodyOfAnswers));
  }

  public static LlamaFamily llama() {
    return new LlamaFamily("llama", "Llama", "transformer", LlamaConfig::llama);
  }

  public static LlamaFamily mistral() {
    return new LlamaFamily("mistral", "Mistral", "model", LlamaConfig::mistral);
  }

  public static LlamaFamily qwen2() {
    return new LlamaFamily("qwen2", "Qwen2", "transformer", LlamaConfig::qwen2);
  }

  @Override
  public List<String> dropoutKeys() {
    return List.of("attention_dropout", "classifier_dropout");
  }

  @Override
  public String basePrefix() {
    return "model";
  }

  @Override
  public String basePrefix(Head head) {
    return head == Head.QUESTION_ANSWERING ? bodyOfAnswers : basePrefix();
  }

  /** The body's name differs by head; without it a name fits wherever it is read. */
  @Override
  public String renamed(String key) {
    return key.startsWith("transformer.")
        ? key.substring("transformer.".length())
        : key.startsWith("model.") ? key.substring("model.".length()) : key;
  }

  @Override
  public Pattern ignored() {
    return IGNORED;
  }

  @Override
  public Pattern body() {
    return BODY;
  }
}
