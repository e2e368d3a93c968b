package org.attune.models.t5;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.Weights;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.ModelFamily;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/** T5's entry in the registry, and the quirks of its files. */
public final class T5Family implements ModelFamily {
  private static final String LM_HEAD = "lm_head.weight";
  private static final String SHARED = "shared.weight";

  /** Parts that only some heads have, and a bias of the cross-attention that old files hold. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(transformer\\.)?decoder\\..*|lm_head\\.weight|classification_head\\..*|classifier\\..*|qa_outputs\\..*");

  private static final Pattern BODY =
      Pattern.compile("(transformer\\.)?(shared|encoder|decoder)\\..*");

  @Override
  public String modelType() {
    return "t5";
  }

  @Override
  public String className() {
    return "T5";
  }

  @Override
  public Set<Head> heads() {
    return EnumSet.of(
        Head.NONE,
        Head.ENCODER,
        Head.CONDITIONAL_GENERATION,
        Head.SEQUENCE_CLASSIFICATION,
        Head.TOKEN_CLASSIFICATION,
        Head.QUESTION_ANSWERING);
  }

  @Override
  public Model create(ConfigJson json, Head head) {
    T5Config config = T5Config.of(json);
    return switch (head) {
      case NONE -> new T5Model(json, config);
      case ENCODER -> new T5EncoderModel(json, config);
      case CONDITIONAL_GENERATION -> new T5ForConditionalGeneration(json, config);
      case SEQUENCE_CLASSIFICATION -> new T5ForSequenceClassification(json, config);
      case TOKEN_CLASSIFICATION -> new T5ForTokenClassification(json, config);
      case QUESTION_ANSWERING -> new T5ForQuestionAnswering(json, config);
      default -> throw new IllegalArgumentException("t5 has no head " + head);
    };
  }

  /**
   * Whether the head's matrix is the word embeddings is what the weights say: {@code
   * tie_word_embeddings} is false in v1.1's files of old versions and true in all new ones, where
   * it no longer tells whether the head scales its input either ({@code scale_decoder_outputs}
   * does).
   */
  @Override
  public Fitted fitted(ConfigJson config, Head head, Weights weights) {
    boolean scaled = T5Config.of(config).scaledHead();
    ConfigJson shown =
        config
            .with("scale_decoder_outputs", scaled)
            .with("tie_word_embeddings", !hasOwnHead(weights));
    return new Fitted(shown, List.of());
  }

  private static boolean hasOwnHead(Weights weights) {
    if (!weights.names().contains(LM_HEAD)) {
      return false;
    }
    if (!weights.names().contains(SHARED)
        || !weights.shape(LM_HEAD).equals(weights.shape(SHARED))) {
      return true;
    }
    try (Scope scope = Scope.open()) {
      Tensor equal = Autograd.noGrad(() -> weights.load(LM_HEAD).eq(weights.load(SHARED)).sum());
      return (long) equal.item() != weights.shape(SHARED).numel();
    }
  }

  @Override
  public List<String> dropoutKeys() {
    return List.of("dropout_rate", "classifier_dropout");
  }

  @Override
  public String basePrefix() {
    return "transformer";
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
