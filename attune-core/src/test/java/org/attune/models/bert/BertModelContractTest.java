package org.attune.models.bert;

import org.attune.models.EncoderContract;

/** A tiny BERT with a token classification head keeps the contract: an output a token. */
class BertModelContractTest extends EncoderContract {
  BertModelContractTest() {
    super("bert/token_classification", "self.key.bias");
  }
}
