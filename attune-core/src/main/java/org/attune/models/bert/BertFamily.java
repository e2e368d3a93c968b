package org.attune.models.bert;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.Weights;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.ModelFamily;

/** BERT's entry in the registry, and the quirks of its files. */
public final class BertFamily implements ModelFamily {
  /** A buffer of old versions, and the parts that only some heads have. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(bert\\.)?embeddings\\.position_ids|(bert\\.)?pooler\\..*|cls\\..*|classifier\\..*|qa_outputs\\..*");

  /** Without the pooler, which a checkpoint of another head may lack. */
  private static final Pattern BODY = Pattern.compile("(bert\\.)?(embeddings|encoder)\\..*");

  @Override
  public String modelType() {
    return "bert";
  }

  @Override
  public String className() {
    return "Bert";
  }

  @Override
  public Set<Head> heads() {
    return EnumSet.complementOf(EnumSet.of(Head.ENCODER, Head.CONDITIONAL_GENERATION));
  }

  @Override
  public String architecture(Head head) {
    return head == Head.CAUSAL_LM ? "BertLMHeadModel" : className() + head.suffix();
  }

  @Override
  public Model create(ConfigJson json, Head head) {
    BertConfig config = BertConfig.of(json);
    return switch (head) {
      case NONE -> new BertModel(BertPooler.withoutNote(json), config, BertPooler.isWanted(json));
      case SEQUENCE_CLASSIFICATION -> new BertForSequenceClassification(json, config);
      case TOKEN_CLASSIFICATION -> new BertForTokenClassification(json, config);
      case QUESTION_ANSWERING -> new BertForQuestionAnswering(json, config);
      case MULTIPLE_CHOICE -> new BertForMultipleChoice(json, config);
      case MASKED_LM -> new BertForMaskedLM(json, config);
      case CAUSAL_LM -> new BertLMHeadModel(json, config);
      case NEXT_SENTENCE -> new BertForNextSentencePrediction(json, config);
      case PRETRAINING -> new BertForPreTraining(json, config);
      default -> throw new IllegalArgumentException("bert has no head " + head);
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
    return "bert";
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
