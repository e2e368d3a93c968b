package org.attune.models.bart;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.attune.models.ConfiguredFamily;
import org.attune.models.Head;

/** BART's entry in the registry, and the quirks of its files. */
public final class BartFamily extends ConfiguredFamily<BartConfig> {
  /** fairseq's version number, and parts that only some heads have, the encoder among them. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(model\\.)?decoder\\.version|(model\\.)?encoder\\..*|final_logits_bias|lm_head\\.weight"
              + "|classification_head\\..*|qa_outputs\\..*");

  private static final Pattern BODY = Pattern.compile("(model\\.)?(shared|encoder|decoder)\\..*");

  public BartFamily() {
    super("bart", "Bart", BartConfig::of);
    has(Head.NONE, BartModel::new);
    has(Head.CONDITIONAL_GENERATION, BartForConditionalGeneration::new);
    has(Head.CAUSAL_LM, BartForCausalLM::new);
    has(Head.SEQUENCE_CLASSIFICATION, BartForSequenceClassification::new);
    has(Head.QUESTION_ANSWERING, BartForQuestionAnswering::new);
  }

  @Override
  public Optional<String> layersKey() {
    return Optional.empty();
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
