package org.attune.models.llama;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.ModelFamily;

/**
 * The registry's entries of Llama and the families of its design, and the quirks of their files.
 */
public final class LlamaFamily implements ModelFamily {
  /** The frequencies that old versions saved, and the parts that only some heads have. */
  private static final Pattern IGNORED =
      Pattern.compile("(.*\\.)?rotary_emb\\.inv_freq|(lm_head|score|qa_outputs)\\..*");

  private static final Pattern BODY =
      Pattern.compile("(model|transformer|embed_tokens|layers|norm)\\..*");

  private final String modelType;
  private final String className;
  private final String bodyOfAnswers;
  private final Function<ConfigJson, LlamaConfig> reader;

  private LlamaFamily(
      String modelType,
      String className,
      String bodyOfAnswers,
      Function<ConfigJson, LlamaConfig> reader) {
    this.modelType = modelType;
    this.className = className;
    this.bodyOfAnswers = bodyOfAnswers;
    this.reader = reader;
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
  public String modelType() {
    return modelType;
  }

  @Override
  public String className() {
    return className;
  }

  @Override
  public Set<Head> heads() {
    return EnumSet.of(
        Head.NONE,
        Head.CAUSAL_LM,
        Head.SEQUENCE_CLASSIFICATION,
        Head.TOKEN_CLASSIFICATION,
        Head.QUESTION_ANSWERING);
  }

  @Override
  public Model create(ConfigJson json, Head head) {
    LlamaConfig config = reader.apply(json);
    return switch (head) {
      case NONE -> new LlamaModel(json, config);
      case CAUSAL_LM -> new LlamaForCausalLM(json, config);
      case SEQUENCE_CLASSIFICATION -> new LlamaForSequenceClassification(json, config);
      case TOKEN_CLASSIFICATION -> new LlamaForTokenClassification(json, config);
      case QUESTION_ANSWERING -> new LlamaForQuestionAnswering(json, config, bodyOfAnswers);
      default -> throw new IllegalArgumentException(modelType + " has no head " + head);
    };
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
