package org.attune.models.distilbert;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.ModelFamily;

/** DistilBERT's entry in the registry, and the quirks of its files. */
public final class DistilBertFamily implements ModelFamily {
  /** A buffer of old versions, and the parts that only some heads have. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(distilbert\\.)?embeddings\\.position_ids"
              + "|(vocab_transform|vocab_layer_norm|vocab_projector|pre_classifier|classifier|qa_outputs)\\..*");

  private static final Pattern BODY =
      Pattern.compile("(distilbert\\.)?(embeddings|transformer)\\..*");

  @Override
  public String modelType() {
    return DistilBertConfig.FAMILY;
  }

  @Override
  public String className() {
    return "DistilBert";
  }

  @Override
  public Set<Head> heads() {
    return EnumSet.of(
        Head.NONE,
        Head.SEQUENCE_CLASSIFICATION,
        Head.TOKEN_CLASSIFICATION,
        Head.QUESTION_ANSWERING,
        Head.MULTIPLE_CHOICE,
        Head.MASKED_LM);
  }

  @Override
  public Model create(ConfigJson json, Head head) {
    DistilBertConfig config = DistilBertConfig.of(json);
    return switch (head) {
      case NONE -> new DistilBertModel(json, config);
      case SEQUENCE_CLASSIFICATION -> new DistilBertForSequenceClassification(json, config);
      case TOKEN_CLASSIFICATION -> new DistilBertForTokenClassification(json, config);
      case QUESTION_ANSWERING -> new DistilBertForQuestionAnswering(json, config);
      case MULTIPLE_CHOICE -> new DistilBertForMultipleChoice(json, config);
      case MASKED_LM -> new DistilBertForMaskedLM(json, config);
      default -> throw new IllegalArgumentException("distilbert has no head " + head);
    };
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
