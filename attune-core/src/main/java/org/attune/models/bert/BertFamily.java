package org.attune.models.bert;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.ModelFamily;

/** BERT's entry in the registry, and the quirks of its files. */
public final class BertFamily implements ModelFamily {
  /** A buffer of old versions, and the parts that only some heads have. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(bert\\.)?embeddings\\.position_ids|(bert\\.)?pooler\\..*|cls\\..*|classifier\\..*|qa_outputs\\..*");

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
    return EnumSet.complementOf(
        EnumSet.of(Head.ENCODER, Head.CAUSAL_LM, Head.CONDITIONAL_GENERATION));
  }

  @Override
  public Model create(ConfigJson json, Head head) {
    if (json.optionalBoolean("is_decoder").orElse(false)) {
      throw new AttuneException(
          "bert: is_decoder is true; only BERT that reads in both directions is supported"
              + " [config.json]");
    }
    BertConfig config = BertConfig.of(json);
    return switch (head) {
      case NONE -> new BertModel(json, config, true);
      case SEQUENCE_CLASSIFICATION -> new BertForSequenceClassification(json, config);
      case TOKEN_CLASSIFICATION -> new BertForTokenClassification(json, config);
      case QUESTION_ANSWERING -> new BertForQuestionAnswering(json, config);
      case MASKED_LM -> new BertForMaskedLM(json, config);
      case NEXT_SENTENCE -> new BertForNextSentencePrediction(json, config);
      case PRETRAINING -> new BertForPreTraining(json, config);
      default -> throw new IllegalArgumentException("bert has no head " + head);
    };
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
  public boolean ignores(String key) {
    return IGNORED.matcher(key).matches();
  }

  /** A head, and the pooler, which a checkpoint of another head may lack. */
  @Override
  public boolean mayBeNew(String parameter) {
    boolean body =
        parameter.startsWith("bert.")
            || parameter.startsWith("embeddings.")
            || parameter.startsWith("encoder.");
    return !body || parameter.startsWith("bert.pooler.");
  }
}
