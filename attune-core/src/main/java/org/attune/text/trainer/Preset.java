package org.attune.text.trainer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whose tokenizer a new one is like: how text is split and framed, which special tokens there are
 * and who plays which role.
 */
public enum Preset {
  /** GPT-2: bytes, one special token for all roles. */
  GPT2(
      Algorithm.BPE,
      "<|endoftext|>",
      "bos_token=<|endoftext|> eos_token=<|endoftext|> unk_token=<|endoftext|>"),
  /** RoBERTa and BART: GPT-2's words, framed {@code <s> a </s></s> b </s>}. */
  ROBERTA(
      Algorithm.BPE,
      "<s> <pad> </s> <unk> <mask>",
      "bos_token=<s> eos_token=</s> unk_token=<unk> sep_token=</s> pad_token=<pad>"
          + " cls_token=<s> mask_token=<mask>"),
  /** Llama 3: bytes, numbers in groups of three digits, a token before each text. */
  LLAMA(
      Algorithm.BPE,
      "<|begin_of_text|> <|end_of_text|>",
      "bos_token=<|begin_of_text|> eos_token=<|end_of_text|>"),
  /** BERT: lower case unless told otherwise, {@code [CLS] a [SEP] b [SEP]}. */
  BERT(
      Algorithm.WORDPIECE,
      "[PAD] [UNK] [CLS] [SEP] [MASK]",
      "unk_token=[UNK] sep_token=[SEP] pad_token=[PAD] cls_token=[CLS] mask_token=[MASK]"),
  /** T5: SentencePiece's words, 100 sentinels after the vocabulary. */
  T5(Algorithm.UNIGRAM, "<pad> </s> <unk>", "eos_token=</s> unk_token=<unk> pad_token=<pad>");

  private final Algorithm algorithm;
  private final String specialTokens; // divided by spaces, as the roles
  private final String roles;

  Preset(Algorithm algorithm, String specialTokens, String roles) {
    this.algorithm = algorithm;
    this.specialTokens = specialTokens;
    this.roles = roles;
  }

  /** What learns this model's vocabulary. */
  public Algorithm algorithm() {
    return algorithm;
  }

  /** The first tokens of the vocabulary, in order of their ids. */
  public List<String> specialTokens() {
    return List.of(specialTokens.split(" "));
  }

  /** The special token of each role, by the role's name in tokenizer_config.json. */
  Map<String, String> roles() {
    Map<String, String> byRole = new LinkedHashMap<>();
    for (String role : List.of(roles.split(" "))) {
      int equals = role.indexOf('=');
      byRole.put(role.substring(0, equals), role.substring(equals + 1));
    }
    return byRole;
  }

  /** Sentinels that stand after the learned vocabulary, as T5's span corruption needs them. */
  int sentinels() {
    return this == T5 ? 100 : 0;
  }

  /** As the command line names it. */
  public String configName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whose tokenizer is made where only the algorithm is named. */
  public static Preset of(Algorithm algorithm) {
    return switch (algorithm) {
      case BPE -> GPT2;
      case WORDPIECE -> BERT;
      case UNIGRAM -> T5;
    };
  }
}
