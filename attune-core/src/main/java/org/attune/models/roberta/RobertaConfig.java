package org.attune.models.roberta;

import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.bert.BertConfig;

/**
 * The sizes and settings of a RoBERTa; names and defaults as in transformers' {@code
 * RobertaConfig}.
 *
 * @param bert what it shares with BERT
 * @param causal whether a token sees none behind it ({@code is_decoder})
 */
public record RobertaConfig(BertConfig bert, boolean causal) {
  static final String FAMILY = "roberta";

  private static final int PAD = 1;

  public RobertaConfig {
    if (bert.maxPositions() <= bert.padTokenId() + 1) {
      throw new AttuneException(
          FAMILY
              + ": max_position_embeddings ("
              + bert.maxPositions()
              + ") must be above pad_token_id + 1 ("
              + (bert.padTokenId() + 1)
              + "), where the positions start [config.json]");
    }
  }

  /**
   * Reads and checks config.json.
   *
   * @throws AttuneException naming the key, its value and what is allowed
   */
  public static RobertaConfig of(ConfigJson json) {
    if (json.optionalBoolean("add_cross_attention").orElse(false)) {
      throw new AttuneException(
          FAMILY
              + ": add_cross_attention is true; a decoder over an encoder's states is not supported"
              + " [config.json]");
    }
    return new RobertaConfig(
        BertConfig.of(json, FAMILY, PAD), json.optionalBoolean("is_decoder").orElse(false));
  }

  /** Most tokens in a row: the first {@code pad_token_id + 1} positions are no token's. */
  public int maxLength() {
    return bert.maxPositions() - bert.padTokenId() - 1;
  }
}
