package org.attune.models.distilbert;

import org.attune.models.EncoderContract;

/** A tiny DistilBERT with a token classification head keeps the contract: an output a token. */
class DistilBertModelContractTest extends EncoderContract {
  DistilBertModelContractTest() {
    super("distilbert/token_classification", "k_lin.bias");
  }
}
