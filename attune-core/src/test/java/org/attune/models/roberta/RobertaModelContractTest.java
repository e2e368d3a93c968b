package org.attune.models.roberta;

import org.attune.models.EncoderContract;

/** A tiny RoBERTa with a token classification head keeps the contract: an output a token. */
class RobertaModelContractTest extends EncoderContract {
  RobertaModelContractTest() {
    super("roberta/token_classification", "self.key.bias");
  }
}
