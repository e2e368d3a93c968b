package org.attune.generate;

import java.util.List;
import java.util.OptionalInt;

/**
 * The tokens that begin, end and fill.
 *
 * @param eosTokenId tokens that end a text; none where only the length ends it
 * @param padTokenId fills the prompts of a batch to one length; never seen by the model, so that
 *     its choice changes nothing
 * @param bosTokenId the token that begins a text
 * @param decoderStartTokenId what the decoder of an encoder-decoder begins with; empty for the bos
 */
public record SpecialIds(
    List<Integer> eosTokenId,
    OptionalInt padTokenId,
    OptionalInt bosTokenId,
    OptionalInt decoderStartTokenId) {
  public static final SpecialIds NONE =
      new SpecialIds(List.of(), OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());

  public SpecialIds {
    eosTokenId = List.copyOf(eosTokenId);
  }

  public static SpecialIds ofEos(Integer... ids) {
    return NONE.withEos(List.of(ids));
  }

  public SpecialIds withEos(List<Integer> ids) {
    return new SpecialIds(ids, padTokenId, bosTokenId, decoderStartTokenId);
  }

  public SpecialIds withDecoderStart(int id) {
    return new SpecialIds(eosTokenId, padTokenId, bosTokenId, OptionalInt.of(id));
  }

  public SpecialIds withPad(int id) {
    return new SpecialIds(eosTokenId, OptionalInt.of(id), bosTokenId, decoderStartTokenId);
  }

  boolean ends(int token) {
    return eosTokenId.contains(token);
  }
}
