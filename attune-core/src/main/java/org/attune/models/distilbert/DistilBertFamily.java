package org.attune.models.distilbert;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.attune.models.ConfiguredFamily;
import org.attune.models.Head;

/** DistilBERT's entry in the registry, and the quirks of its files. */
public final class DistilBertFamily extends ConfiguredFamily<DistilBertConfig> {
  /** A buffer of old versions, and the parts that only some heads have. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(distilbert\\.)?embeddings\\.position_ids"
              + "|(vocab_transform|vocab_layer_norm|vocab_projector|pre_classifier|classifier|qa_outputs)\\..*");

  private static final Pattern BODY =
      Pattern.compile("(distilbert\\.)?(embeddings|transformer)\\..*");

  public DistilBertFamily() {
    super(DistilBertConfig.FAMILY, "DistilBert", DistilBertConfig::of);
    has(Head.NONE, DistilBertModel::new);
    has(Head.SEQUENCE_CLASSIFICATION, DistilBertForSequenceClassification::new);
    has(Head.TOKEN_CLASSIFICATION, DistilBertForTokenClassification::new);
    has(Head.QUESTION_ANSWERING, DistilBertForQuestionAnswering::new);
    has(Head.MULTIPLE_CHOICE, DistilBertForMultipleChoice::new);
    has(Head.MASKED_LM, DistilBertForMaskedLM::new);
  }

  @Override
  public Optional<String> layersKey() {
    return Optional.of("n_layers");
  }

  @Override
  public List<String> dropoutKeys() {
    return List.of("dropout", "attention_dropout", "seq_classif_dropout", "qa_dropout");
  }

  @Override
  public String basePrefix() {
    return "distilbert";
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
