package org.attune.models.bart;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.ModelFamily;

/** BART's entry in the registry, and the quirks of its files. */
public final class BartFamily implements ModelFamily {
  /** fairseq's version number, and parts that only some heads have, the encoder among them. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(model\\.)?decoder\\.version|(model\\.)?encoder\\..*|final_logits_bias|lm_head\\.weight"
              + "|classification_head\\..*|qa_outputs\\..*");

  private static final Pattern BODY = Pattern.compile("(model\\.)?(shared|encoder|decoder)\\..*");

  @Override
  public String modelType() {
    return "bart";
  }

  @Override
  public String className() {
    return "Bart";
  }

  @Override
  public Set<Head> heads() {
    return EnumSet.of(
        Head.NONE,
        Head.CONDITIONAL_GENERATION,
        Head.CAUSAL_LM,
        Head.SEQUENCE_CLASSIFICATION,
        Head.QUESTION_ANSWERING);
  }

  @Override
  public Model create(ConfigJson json, Head head) {
    BartConfig config = BartConfig.of(json);
    return switch (head) {
      case NONE -> new BartModel(json, config);
      case CONDITIONAL_GENERATION -> new BartForConditionalGeneration(json, config);
      case CAUSAL_LM -> new BartForCausalLM(json, config);
      case SEQUENCE_CLASSIFICATION -> new BartForSequenceClassification(json, config);
      case QUESTION_ANSWERING -> new BartForQuestionAnswering(json, config);
      default -> throw new IllegalArgumentException("bart has no head " + head);
    };
  }

  @Override
  public List<String> dropoutKeys() {
    return List.of("dropout", "attention_dropout", "activation_dropout", "classifier_dropout");
  }

  @Override
  public String basePrefix() {
    return "model";
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
