package org.attune.models.t5;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.Weights;
import org.attune.models.ConfiguredFamily;
import org.attune.models.Head;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/** T5's entry in the registry, and the quirks of its files. */
public final class T5Family extends ConfiguredFamily<T5Config> {
  private static final String LM_HEAD = "lm_head.weight";
  private static final String SHARED = "shared.weight";

  /** Parts that only some heads have, and a bias of the cross-attention that old files hold. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(transformer\\.)?decoder\\..*|lm_head\\.weight|classification_head\\..*|classifier\\..*|qa_outputs\\..*");

  private static final Pattern BODY =
      Pattern.compile("(transformer\\.)?(shared|encoder|decoder)\\..*");

  /**
   * Whether the head's matrix is the word embeddings is what the weights say: {@code
   * tie_word_embeddings} is false in v1.1's files of old versions and true in all new ones, where
   * it no longer tells whether the head scales its input either ({@code scale_decoder_outputs}
   * does).
   */
  public T5Family() {
    super("t5", "T5", T5Config::of);
    has(Head.NONE, T5Model::new);
    has(Head.ENCODER, T5EncoderModel::new);
    has(Head.CONDITIONAL_GENERATION, T5ForConditionalGeneration::new);
    has(Head.SEQUENCE_CLASSIFICATION, T5ForSequenceClassification::new);
    has(Head.TOKEN_CLASSIFICATION, T5ForTokenClassification::new);
    has(Head.QUESTION_ANSWERING, T5ForQuestionAnswering::new);
  }

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
  public Optional<String> layersKey() {
    return Optional.empty();
  }

  @Override
  public Optional<String> fp16Risk() {
    return Optional.of(
        "t5 was trained in bf16, and its feed-forward layers reach values above 65504, the largest"
            + " number of fp16");
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
