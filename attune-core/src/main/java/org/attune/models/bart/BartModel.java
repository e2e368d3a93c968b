package org.attune.models.bart;

import java.util.List;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Body;
import org.attune.models.EncoderDecoder;
import org.attune.models.EncoderMemory;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Embedding;
import org.attune.nn.KvCache;
import org.attune.nn.Parameter;
import org.attune.tensor.Tensor;

/**
 * Encoder and decoder over one table of word embeddings: alone, or a model's {@code model}. Where
 * the input gives no decoder ids, the decoder reads the input shifted right.
 */
public final class BartModel extends BartBase implements Body, EncoderDecoder {
  private final Embedding shared; // "shared"
  private final BartEncoder encoder; // "encoder"
  private final BartDecoder decoder; // "decoder"

  BartModel(ConfigJson json, BartConfig config) {
    super(json, Head.NONE, config);
    shared =
        child("shared", new Embedding(config.vocabSize(), config.width(), config.padTokenId()));
    encoder = child("encoder", new BartEncoder(config, shared));
    decoder = child("decoder", new BartDecoder(config, shared));
  }

  /** The word embeddings [V, D], for a head that shares them. */
  Parameter wordEmbeddings() {
    return shared.weight();
  }

  private Tensor decoderIds(ModelInput input) {
    return input.decoderIds().orElseGet(() -> shiftRight(input.ids()));
  }

  /** The decoder's last hidden state [B, U, D]. */
  @Override
  public Tensor forward(ModelInput input) {
    return decoder.forward(decoderIds(input), input, encoder.forward(input));
  }

  @Override
  public List<Tensor> hiddenStates(ModelInput input) {
    return decoder.states(decoderIds(input), input, encoder.forward(input));
  }

  @Override
  public List<Tensor> encoderHiddenStates(ModelInput input) {
    return encoder.states(input);
  }

  /** The encoder run once for prompts. */
  EncoderMemory memory(ModelInput prompts) {
    return decoder.memory(prompts, encoder.forward(prompts));
  }

  /** The decoder's state [R, t, D] of tokens [R, t] that go on from cached ones. */
  Tensor next(Tensor ids, int past, List<KvCache> caches, EncoderMemory memory) {
    return decoder.next(ids, past, caches, memory);
  }
}
