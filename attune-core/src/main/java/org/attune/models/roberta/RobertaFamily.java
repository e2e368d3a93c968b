package org.attune.models.roberta;

import java.util.List;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.Weights;
import org.attune.models.ConfiguredFamily;
import org.attune.models.Head;
import org.attune.models.bert.BertPooler;

/** RoBERTa's entry in the registry, and the quirks of its files. */
public final class RobertaFamily extends ConfiguredFamily<RobertaConfig> {
  /** Buffers of old versions, and the parts that only some heads have, the pooler among them. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(roberta\\.)?embeddings\\.(position_ids|token_type_ids)"
              + "|(roberta\\.)?pooler\\..*|(lm_head|classifier|qa_outputs)\\..*");

  /** Without the pooler, which a checkpoint with a head mostly lacks. */
  private static final Pattern BODY = Pattern.compile("(roberta\\.)?(embeddings|encoder)\\..*");

  public RobertaFamily() {
    super(RobertaConfig.FAMILY, "Roberta", RobertaConfig::of);
    has(
        Head.NONE,
        (json, config) ->
            new RobertaModel(BertPooler.withoutNote(json), config, BertPooler.isWanted(json)));
    has(Head.SEQUENCE_CLASSIFICATION, RobertaForSequenceClassification::new);
    has(Head.TOKEN_CLASSIFICATION, RobertaForTokenClassification::new);
    has(Head.QUESTION_ANSWERING, RobertaForQuestionAnswering::new);
    has(Head.MULTIPLE_CHOICE, RobertaForMultipleChoice::new);
    has(Head.MASKED_LM, RobertaForMaskedLM::new);
    has(Head.CAUSAL_LM, RobertaForCausalLM::new);
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
