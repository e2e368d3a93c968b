package org.attune.models.bart;

import java.util.OptionalInt;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.CausalDecoding;
import org.attune.models.Decoding;
import org.attune.models.GenerativeModel;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Embedding;
import org.attune.nn.Linear;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Tensor;

/**
 * Predicts the token behind each place: the decoder alone, without an encoder's states. The
 * cross-attentions stay in its files, where transformers expects them; nothing reads or trains
 * them.
 */
public final class BartForCausalLM extends BartBase implements GenerativeModel {
  private final BartDecoder decoder; // "model.decoder"
  private final Linear head; // "lm_head" [D] to [V]

  BartForCausalLM(ConfigJson json, BartConfig config) {
    super(ofDecoder(json), Head.CAUSAL_LM, config);
    var words = new Embedding(config.vocabSize(), config.width(), config.padTokenId());
    decoder = child("model.decoder", new BartDecoder(config, words));
    decoder.freezeCrossAttention();
    child("model.shared", words); // what a whole BART's files call the decoder's own table
    head = child("lm_head", Linear.tiedWithoutBias(words.weight()));
  }

  private static ConfigJson ofDecoder(ConfigJson json) {
    if (json.optionalBoolean("add_cross_attention").orElse(false)) {
      throw new AttuneException(
          "bart: add_cross_attention is true; a decoder over another model's states is not"
              + " supported [config.json]");
    }
    return json.with("is_decoder", true).with("is_encoder_decoder", false);
  }

  /** Logits [B, T, V]. */
  @Override
  public Tensor forward(ModelInput input) {
    return logits(hidden(input));
  }

  @Override
  public Tensor hidden(ModelInput input) {
    return decoder.alone(input);
  }

  @Override
  public OutputEmbeddings outputEmbeddings() {
    return head.outputEmbeddings();
  }

  @Override
  public Decoding decode(ModelInput prompts, int capacity) {
    CausalDecoding.Limits limits =
        new CausalDecoding.Limits(
            bartConfig().decoder().layers(), maxLength(), OptionalInt.empty(), "bart");
    return new CausalDecoding(prompts, capacity, limits, decoder::alone, this);
  }
}
