package org.attune.models.roberta;

import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.bert.BertConfig;

/**
 * The sizes and settings of a RoBERTa; names and defaults as in transformers' {@code
 * RobertaConfig}.
 *
 * @param bert what it shares with BERT
 */
public record RobertaConfig(BertConfig bert) {
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
    return new RobertaConfig(BertConfig.of(json, FAMILY, PAD));
  }

  /** The position of a row's first token: {@code pad_token_id + 1}. */
  public int firstPosition() {
    return bert.padTokenId() + 1;
  }

  /** Most tokens in a row. */
  public int maxLength() {
    return bert.maxPositions() - firstPosition();
  }
}
