package org.attune.text.trainer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.attune.UsageException;

/**
 * What to learn, with the options and defaults of Hugging Face's trainers. Start with {@link
 * #like}.
 *
 * @param preset whose tokenizer it is like
 * @param vocabSize tokens of the vocabulary, special tokens and alphabet included, T5's sentinels
 *     not
 * @param minFrequency BPE and WordPiece: how often two tokens must stand side by side to be merged
 * @param extraSpecialTokens after the preset's
 * @param lowercase whether text is lower-cased first
 * @param stripAccents WordPiece: whether accents are removed; if not given, when {@code lowercase}
 * @param unicodeNormalizer BPE and unigram: NFC, NFD, NFKC or NFKD applied first
 * @param prefixSpace BPE: whether a text gets a space before it, so that its first word is as any
 * @param limitAlphabet WordPiece: most characters kept, the frequent ones
 * @param initialAlphabet WordPiece and unigram: characters kept though the text has none
 * @param subwordPrefix WordPiece: what stands before a piece that continues a word
 * @param maxTokenLength BPE and WordPiece: tokens stay shorter than two that reach this many
 *     characters together
 * @param unigram what only unigram has
 * @param maxWords most different words held; beyond, rare ones are forgotten
 */
public record TrainerSettings(
    Preset preset,
    int vocabSize,
    long minFrequency,
    List<String> extraSpecialTokens,
    boolean lowercase,
    Optional<Boolean> stripAccents,
    Optional<Normal> unicodeNormalizer,
    boolean prefixSpace,
    OptionalInt limitAlphabet,
    String initialAlphabet,
    String subwordPrefix,
    OptionalInt maxTokenLength,
    Unigram unigram,
    int maxWords) {

  /** The normal forms of Unicode. */
  public enum Normal {
    NFC,
    NFD,
    NFKC,
    NFKD
  }

  /**
   * Options of unigram alone.
   *
   * @param shrinkingFactor share of the pieces that each round keeps
   * @param maxPieceLength in characters
   * @param subIterations passes of EM between two shrinkings
   * @param seedSize most pieces to begin with
   */
  public record Unigram(
      double shrinkingFactor, int maxPieceLength, int subIterations, int seedSize) {
    /** The reference's. */
    public static final Unigram DEFAULT = new Unigram(0.75, 16, 2, 1_000_000);

    public Unigram {
      if (!(shrinkingFactor > 0 && shrinkingFactor < 1)) {
        throw new UsageException(
            "text: shrinking_factor is " + shrinkingFactor + ", expected between 0 and 1");
      }
      atLeastOne("max_piece_length", maxPieceLength);
      atLeastOne("n_sub_iterations", subIterations);
      atLeastOne("seed_size", seedSize);
      if (maxPieceLength > 1024) {
        throw new UsageException(
            "text: max_piece_length is " + maxPieceLength + ", expected at most 1024");
      }
    }
  }

  public TrainerSettings {
    extraSpecialTokens = List.copyOf(extraSpecialTokens);
    atLeastOne("vocab_size", vocabSize);
    atLeastOne("max_words", maxWords);
    limitAlphabet.ifPresent(limit -> atLeastOne("limit_alphabet", limit));
    maxTokenLength.ifPresent(limit -> atLeastOne("max_token_length", limit));
    if (minFrequency < 0) {
      throw new UsageException("text: min_frequency is " + minFrequency + ", expected at least 0");
    }
    var seen = new HashSet<>(preset.specialTokens());
    for (String token : extraSpecialTokens) {
      if (token.isEmpty() || token.lines().count() != 1 || !seen.add(token)) {
        throw new UsageException(
            "text: the special token '" + token + "' is empty, of two lines or there already");
      }
    }
    if (subwordPrefix.chars().anyMatch(Character::isWhitespace)) {
      throw new UsageException(
          "text: continuing_subword_prefix '" + subwordPrefix + "' has white space");
    }
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new UsageException("text: " + name + " is " + value + ", expected at least 1");
    }
  }

  /** Begins with the preset's settings: those its makers used, or else the reference's defaults. */
  public static Builder like(Preset preset, int vocabSize) {
    return new Builder(preset, vocabSize);
  }

  /** All special tokens in order of their ids. */
  public List<String> specialTokens() {
    List<String> all = new ArrayList<>(preset.specialTokens());
    all.addAll(extraSpecialTokens);
    return all;
  }

  /** Sets what differs from a preset; what each thing is, the record says. */
  public static final class Builder {
    private final Preset preset;
    private final int vocabSize;
    private long minFrequency = 2;
    private List<String> extraSpecialTokens = List.of();
    private boolean lowercase;
    private Optional<Boolean> stripAccents = Optional.empty();
    private Optional<Normal> unicodeNormalizer = Optional.empty();
    private boolean prefixSpace = false;
    private OptionalInt limitAlphabet;
    private String initialAlphabet = "";
    private String subwordPrefix = "##";
    private OptionalInt maxTokenLength = OptionalInt.empty();
    private Unigram unigram = Unigram.DEFAULT;
    private int maxWords = 5_000_000;

    private Builder(Preset preset, int vocabSize) {
      this.preset = preset;
      this.vocabSize = vocabSize;
      boolean wordPiece = preset.algorithm() == Algorithm.WORDPIECE;
      this.lowercase = wordPiece;
      this.limitAlphabet = wordPiece ? OptionalInt.of(1000) : OptionalInt.empty();
    }

    public Builder minFrequency(long value) {
      minFrequency = value;
      return this;
    }

    public Builder extraSpecialTokens(List<String> value) {
      extraSpecialTokens = value;
      return this;
    }

    public Builder lowercase(boolean value) {
      lowercase = value;
      return this;
    }

    public Builder stripAccents(boolean value) {
      stripAccents = Optional.of(value);
      return this;
    }

    public Builder unicodeNormalizer(Normal value) {
      unicodeNormalizer = Optional.of(value);
      return this;
    }

    public Builder prefixSpace(boolean value) {
      prefixSpace = value;
      return this;
    }

    public Builder limitAlphabet(int value) {
      limitAlphabet = OptionalInt.of(value);
      return this;
    }

    public Builder initialAlphabet(String value) {
      initialAlphabet = value;
      return this;
    }

    public Builder subwordPrefix(String value) {
      subwordPrefix = value;
      return this;
    }

    public Builder maxTokenLength(int value) {
      maxTokenLength = OptionalInt.of(value);
      return this;
    }

    public Builder unigram(Unigram value) {
      unigram = value;
      return this;
    }

    public Builder maxWords(int value) {
      maxWords = value;
      return this;
    }

    /**
     * The settings.
     *
     * @throws UsageException when one is out of its range
     */
    public TrainerSettings build() {
      return new TrainerSettings(
          preset,
          vocabSize,
          minFrequency,
          extraSpecialTokens,
          lowercase,
          stripAccents,
          unicodeNormalizer,
          prefixSpace,
          limitAlphabet,
          initialAlphabet,
          subwordPrefix,
          maxTokenLength,
          unigram,
          maxWords);
    }
  }
}
