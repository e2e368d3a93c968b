package org.attune.models.gpt2;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.attune.models.ConfiguredFamily;
import org.attune.models.Head;

/** GPT-2's entry in the registry, and the quirks of its files. */
public final class GPT2Family extends ConfiguredFamily<GPT2Config> {
  /** The causal mask that old versions saved, and the parts that only some heads have. */
  private static final Pattern IGNORED =
      Pattern.compile(
          "(transformer\\.)?h\\.\\d+\\.attn\\.(bias|masked_bias)"
              + "|(lm_head|score|classifier|qa_outputs|multiple_choice_head)\\..*");

  private static final Pattern BODY =
      Pattern.compile("transformer\\..*|wte\\..*|wpe\\..*|h\\..*|ln_f\\..*");

  public GPT2Family() {
    super("gpt2", "GPT2", GPT2Config::of);
    has(Head.NONE, GPT2Model::new);
    has(Head.CAUSAL_LM, GPT2LMHeadModel::new);
    has(Head.SEQUENCE_CLASSIFICATION, GPT2ForSequenceClassification::new);
    has(Head.TOKEN_CLASSIFICATION, GPT2ForTokenClassification::new);
    has(Head.QUESTION_ANSWERING, GPT2ForQuestionAnswering::new);
  }

  @Override
  public String architecture(Head head) {
    return head == Head.CAUSAL_LM ? "GPT2LMHeadModel" : className() + head.suffix();
  }

  @Override
  public Optional<String> layersKey() {
    return Optional.of("n_layer");
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
