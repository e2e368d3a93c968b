package org.attune.models.gpt2;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.ModelFamily;

/** GPT-2's entry in the registry, and the quirks of its files. */
public final class GPT2Family implements ModelFamily {
  /** The causal mask that old versions saved, and the parts that only some heads have. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(transformer\\.)?h\\.\\d+\\.attn\\.(bias|masked_bias)"
              + "|(lm_head|score|classifier|qa_outputs|multiple_choice_head)\\..*");

  private static final Pattern BODY =
      Pattern.compile("transformer\\..*|wte\\..*|wpe\\..*|h\\..*|ln_f\\..*");

  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public String className() {
    return "GPT2";
  }

  @Override
  public Set<Head> heads() {
    return EnumSet.of(
        Head.NONE,
        Head.CAUSAL_LM,
        Head.SEQUENCE_CLASSIFICATION,
        Head.TOKEN_CLASSIFICATION,
        Head.QUESTION_ANSWERING);
  }

  @Override
  public String architecture(Head head) {
    return head == Head.CAUSAL_LM ? "GPT2LMHeadModel" : className() + head.suffix();
  }

  @Override
  public Model create(ConfigJson json, Head head) {
    GPT2Config config = GPT2Config.of(json);
    return switch (head) {
      case NONE -> new GPT2Model(json, config);
      case CAUSAL_LM -> new GPT2LMHeadModel(json, config);
      case SEQUENCE_CLASSIFICATION -> new GPT2ForSequenceClassification(json, config);
      case TOKEN_CLASSIFICATION -> new GPT2ForTokenClassification(json, config);
      case QUESTION_ANSWERING -> new GPT2ForQuestionAnswering(json, config);
      default -> throw new IllegalArgumentException("gpt2 has no head " + head);
    };
  }

  @Override
  public List<String> dropoutKeys() {
    return List.of("embd_pdrop", "attn_pdrop", "resid_pdrop", "classifier_dropout");
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
