package org.attune.models.bert;

import java.util.List;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.Weights;
import org.attune.models.ConfiguredFamily;
import org.attune.models.Head;

/** BERT's entry in the registry, and the quirks of its files. */
public final class BertFamily extends ConfiguredFamily<BertConfig> {
  /** A buffer of old versions, and the parts that only some heads have. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(bert\\.)?embeddings\\.position_ids|(bert\\.)?pooler\\..*|cls\\..*|classifier\\..*|qa_outputs\\..*");

  /** Without the pooler, which a checkpoint of another head may lack. */
  private static final Pattern BODY = Pattern.compile("(bert\\.)?(embeddings|encoder)\\..*");

  public BertFamily() {
    super("bert", "Bert", BertConfig::of);
    has(
        Head.NONE,
        (json, config) ->
            new BertModel(BertPooler.withoutNote(json), config, BertPooler.isWanted(json)));
    has(Head.SEQUENCE_CLASSIFICATION, BertForSequenceClassification::new);
    has(Head.TOKEN_CLASSIFICATION, BertForTokenClassification::new);
    has(Head.QUESTION_ANSWERING, BertForQuestionAnswering::new);
    has(Head.MULTIPLE_CHOICE, BertForMultipleChoice::new);
    has(Head.MASKED_LM, BertForMaskedLM::new);
    has(Head.CAUSAL_LM, BertLMHeadModel::new);
    has(Head.NEXT_SENTENCE, BertForNextSentencePrediction::new);
    has(Head.PRETRAINING, BertForPreTraining::new);
  }

  @Override
  public String architecture(Head head) {
    return head == Head.CAUSAL_LM ? "BertLMHeadModel" : className() + head.suffix();
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
