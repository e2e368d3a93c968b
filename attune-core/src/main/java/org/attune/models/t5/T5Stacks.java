package org.attune.models.t5;

import java.util.List;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.EncoderDecoder;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Embedding;
import org.attune.tensor.Tensor;

/** A T5 with both stacks over one table of word embeddings. */
abstract class T5Stacks extends T5Base implements EncoderDecoder {
  private final Embedding shared; // "shared"
  private final T5Encoder encoder; // "encoder"
  private final T5Decoder decoder; // "decoder"

  T5Stacks(ConfigJson json, Head head, T5Config config) {
    super(json, head, config);
    shared = child("shared", new Embedding(config.vocabSize(), config.width(), -1));
    encoder = child("encoder", new T5Encoder(config, shared));
    decoder = child("decoder", new T5Decoder(config, shared));
  }

  final Embedding shared() {
    return shared;
  }

  final T5Encoder encoder() {
    return encoder;
  }

  final T5Decoder decoder() {
    return decoder;
  }

  /** The decoder's last hidden state [B, U, D], with the decoder ids of the input. */
  final Tensor states(ModelInput input) {
    Tensor ids = EncoderDecoder.requireDecoderIds(input, "t5");
    return decoder.forward(ids, input, encoder.forward(input));
  }

  /** Every hidden state of the decoder [B, U, D]. */
  final List<Tensor> decoderStates(ModelInput input) {
    Tensor ids = EncoderDecoder.requireDecoderIds(input, "t5");
    return decoder.states(ids, input, encoder.forward(input));
  }

  /** The input, whose own ids shifted right are the decoder's where it gives none. */
  final ModelInput withDecoderIds(ModelInput input) {
    return input.decoderIds().isPresent()
        ? input
        : input.withDecoder(shiftRight(input.ids()), input.decoderMask());
  }
}
