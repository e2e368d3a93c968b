package org.attune.models.roberta;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.Weights;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.ModelFamily;
import org.attune.models.bert.BertPooler;

/** RoBERTa's entry in the registry, and the quirks of its files. */
public final class RobertaFamily implements ModelFamily {
  /** Buffers of old versions, and the parts that only some heads have, the pooler among them. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(roberta\\.)?embeddings\\.(position_ids|token_type_ids)"
              + "|(roberta\\.)?pooler\\..*|(lm_head|classifier|qa_outputs)\\..*");

  /** Without the pooler, which a checkpoint with a head mostly lacks. */
  private static final Pattern BODY = Pattern.compile("(roberta\\.)?(embeddings|encoder)\\..*");

  @Override
  public String modelType() {
    return RobertaConfig.FAMILY;
  }

  @Override
  public String className() {
    return "Roberta";
  }

  @Override
  public Set<Head> heads() {
    return EnumSet.of(
        Head.NONE,
        Head.SEQUENCE_CLASSIFICATION,
        Head.TOKEN_CLASSIFICATION,
        Head.QUESTION_ANSWERING,
        Head.MULTIPLE_CHOICE,
        Head.MASKED_LM,
        Head.CAUSAL_LM);
  }

  @Override
  public Model create(ConfigJson json, Head head) {
    RobertaConfig config = RobertaConfig.of(json);
    return switch (head) {
      case NONE ->
          new RobertaModel(BertPooler.withoutNote(json), config, BertPooler.isWanted(json));
      case SEQUENCE_CLASSIFICATION -> new RobertaForSequenceClassification(json, config);
      case TOKEN_CLASSIFICATION -> new RobertaForTokenClassification(json, config);
      case QUESTION_ANSWERING -> new RobertaForQuestionAnswering(json, config);
      case MULTIPLE_CHOICE -> new RobertaForMultipleChoice(json, config);
      case MASKED_LM -> new RobertaForMaskedLM(json, config);
      case CAUSAL_LM -> new RobertaForCausalLM(json, config);
      default -> throw new IllegalArgumentException("roberta has no head " + head);
    };
  }

  @Override
  public Fitted fitted(ConfigJson config, Head head, Weights weights) {
    return BertPooler.fitted(config, head, weights);
  }

  @Override
  public ConfigJson readingForwards(ConfigJson config) {
    return config.with("is_decoder", true);
  }

  @Override
  public List<String> dropoutKeys() {
    return List.of("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout");
  }

  @Override
  public String basePrefix() {
    return "roberta";
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
