package org.attune.task;

import java.util.OptionalInt;
import org.attune.data.CorpusTokenizer;
import org.attune.data.TokenFile;
import org.attune.data.noise.MaskedTokens;
import org.attune.data.noise.RowRandom;
import org.attune.models.Head;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;

/**
 * Guesses hidden words from those around them (Devlin et al. 2018), in full rows of running text
 * without next-sentence pairs as RoBERTa's (Liu et al. 2019), or a document a row.
 */
public final class MaskedLanguageModeling extends CorpusTask {
  /** The start and the end token of a row. */
  private static final int EXTRA = 2;

  private final MaskedTokens masking;
  private final Packing packing;
  private final TextFrame special;

  private MaskedLanguageModeling(
      Tokenizer tokenizer, int maxLength, long seed, MaskedTokens masking, Packing packing) {
    super(tokenizer, Head.MASKED_LM, maxLength, seed);
    this.masking = masking;
    this.packing = packing;
    this.special = TextFrame.of(tokenizer);
  }

  /** Masks 15 % of single tokens in full rows. */
  public static MaskedLanguageModeling of(Tokenizer tokenizer, int maxLength, long seed) {
    return of(tokenizer, maxLength, seed, 0.15, false, Packing.CONCATENATE);
  }

  /**
   * Masks a share of the tokens.
   *
   * @param maxLength tokens of a row, special ones included
   * @param seed of the masks
   * @param share of tokens to ask for
   * @param wholeWords whether words are hidden whole
   * @throws org.attune.AttuneException when the tokenizer has no mask token
   */
  public static MaskedLanguageModeling of(
      Tokenizer tokenizer,
      int maxLength,
      long seed,
      double share,
      boolean wholeWords,
      Packing packing) {
    var masking =
        new MaskedTokens(share, wholeWords, TextFrame.mask(tokenizer), tokenizer.vocabularySize());
    return new MaskedLanguageModeling(tokenizer, maxLength, seed, masking, packing);
  }

  @Override
  CorpusTokenizer.Settings settings() {
    boolean packed = packing != Packing.NONE;
    return new CorpusTokenizer.Settings(
        false, packed ? OptionalInt.of(special.end()) : OptionalInt.empty());
  }

  @Override
  public Encoded encode(TokenFile text) {
    int longest = maxLength() - EXTRA;
    return packing == Packing.NONE
        ? documents(text, longest, EXTRA, this::row)
        : blocks(text, longest, maxLength(), this::row);
  }

  private LanguageRow row(TokenFile.Tokens text, int number, int epoch) {
    TextFrame.Framed framed = special.frame(text);
    MaskedTokens.Masked masked =
        masking.mask(
            framed.ids(),
            framed.candidates(),
            framed.starts(),
            RowRandom.of(seed(), epoch, number));
    LanguageRow row = LanguageRow.of(masked.ids(), masked.labels());
    if (packing != Packing.SEPARATE) {
      return row;
    }
    // Texts end where they ended before masking: a random token may be a separator.
    int[] segments =
        LanguageRow.of(framed.ids(), row.labels()).separatedBy(special.end()).segments();
    return new LanguageRow(
        row.ids(), row.labels(), row.typeIds(), segments, row.decoderIds(), row.target());
  }
}
