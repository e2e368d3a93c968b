package org.attune.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.attune.UsageException;
import org.attune.text.trainer.Algorithm;
import org.attune.text.trainer.Preset;
import org.attune.text.trainer.TrainerSettings;
import org.attune.text.trainer.TrainerSettings.Unigram;
import picocli.CommandLine.Option;

/** What kind of tokenizer is learned; an option that this kind does not have is refused. */
final class TokenizerOptions {
  @Option(
      names = "--type",
      description = "bpe, wordpiece or unigram; without --like as gpt2, bert or t5.")
  private Algorithm type;

  @Option(
      names = "--like",
      description = "gpt2, roberta, llama (3), bert or t5: splits, frames and names as theirs.")
  private Preset like;

  @Option(
      names = "--vocab-size",
      required = true,
      description = "Tokens, special ones and alphabet included; T5's 100 sentinels come on top.")
  private int vocabSize;

  @Option(
      names = "--special-token",
      paramLabel = "TOKEN",
      description = "One more special token. May be given several times.")
  private List<String> specialTokens = new ArrayList<>();

  @Option(
      names = "--lowercase",
      negatable = true,
      description = "Lower-case the text first (default: as BERT does, others not).")
  private Boolean lowercase;

  @Option(
      names = "--min-frequency",
      description = "bpe, wordpiece: pairs less frequent are not merged (default: 2).")
  private Long minFrequency;

  @Option(
      names = "--max-token-length",
      description = "bpe, wordpiece: pairs this long or longer, in characters, are not merged.")
  private Integer maxTokenLength;

  @Option(
      names = "--prefix-space",
      description = "bpe: puts a space before a text, so that its first word is as any other.")
  private Boolean prefixSpace;

  @Option(
      names = "--unicode-normalizer",
      description = "bpe, unigram: nfc, nfd, nfkc or nfkd, applied first.")
  private TrainerSettings.Normal unicodeNormalizer;

  @Option(
      names = "--strip-accents",
      negatable = true,
      description = "wordpiece: removes accents (default: when lower-casing).")
  private Boolean stripAccents;

  @Option(
      names = "--limit-alphabet",
      description = "wordpiece: most characters kept, the frequent ones (default: 1000).")
  private Integer limitAlphabet;

  @Option(
      names = "--initial-alphabet",
      paramLabel = "CHARACTERS",
      description = "wordpiece, unigram: characters kept though the text may have none.")
  private String initialAlphabet;

  @Option(
      names = "--continuing-subword-prefix",
      paramLabel = "PREFIX",
      description = "wordpiece: before a piece that continues a word (default: ##).")
  private String subwordPrefix;

  @Option(
      names = "--shrinking-factor",
      description = "unigram: share of the pieces each round keeps (default: 0.75).")
  private Double shrinkingFactor;

  @Option(
      names = "--max-piece-length",
      description = "unigram: characters of a piece (default: 16).")
  private Integer maxPieceLength;

  @Option(
      names = "--n-sub-iterations",
      description = "unigram: passes of EM between two shrinkings (default: 2).")
  private Integer subIterations;

  @Option(
      names = "--seed-size",
      description = "unigram: most pieces to begin with (default: 1000000).")
  private Integer seedSize;

  @Option(
      names = "--max-words",
      description = "Most different words in memory; beyond, rare ones go (default: 5000000).")
  private Integer maxWords;

  TrainerSettings settings() {
    if (type == null && like == null) {
      throw new UsageException("name the kind of tokenizer: --type bpe, or --like gpt2");
    }
    Preset preset = like == null ? Preset.of(type) : like;
    if (type != null && preset.algorithm() != type) {
      throw new UsageException(
          String.format(
              "--type %s does not go with --like %s, which is %s; leave one out",
              type.configName(), preset.configName(), preset.algorithm().configName()));
    }
    TrainerSettings.Builder settings = TrainerSettings.like(preset, vocabSize);
    settings.extraSpecialTokens(specialTokens);
    if (lowercase != null) {
      settings.lowercase(lowercase);
    }
    if (maxWords != null) {
      settings.maxWords(maxWords);
    }
    merges(settings, preset);
    normalization(settings, preset);
    alphabet(settings, preset);
    unigram(settings, preset);
    return settings.build();
  }

  private void merges(TrainerSettings.Builder settings, Preset preset) {
    if (given("--min-frequency", minFrequency, preset, Algorithm.BPE, Algorithm.WORDPIECE)) {
      settings.minFrequency(minFrequency);
    }
    if (given("--max-token-length", maxTokenLength, preset, Algorithm.BPE, Algorithm.WORDPIECE)) {
      settings.maxTokenLength(maxTokenLength);
    }
    if (given("--prefix-space", prefixSpace, preset, Algorithm.BPE)) {
      settings.prefixSpace(prefixSpace);
    }
  }

  private void normalization(TrainerSettings.Builder settings, Preset preset) {
    if (given(
        "--unicode-normalizer", unicodeNormalizer, preset, Algorithm.BPE, Algorithm.UNIGRAM)) {
      settings.unicodeNormalizer(unicodeNormalizer);
    }
    if (given("--strip-accents", stripAccents, preset, Algorithm.WORDPIECE)) {
      settings.stripAccents(stripAccents);
    }
  }

  private void alphabet(TrainerSettings.Builder settings, Preset preset) {
    if (given("--limit-alphabet", limitAlphabet, preset, Algorithm.WORDPIECE)) {
      settings.limitAlphabet(limitAlphabet);
    }
    if (given(
        "--initial-alphabet", initialAlphabet, preset, Algorithm.WORDPIECE, Algorithm.UNIGRAM)) {
      settings.initialAlphabet(initialAlphabet);
    }
    if (given("--continuing-subword-prefix", subwordPrefix, preset, Algorithm.WORDPIECE)) {
      settings.subwordPrefix(subwordPrefix);
    }
  }

  private void unigram(TrainerSettings.Builder settings, Preset preset) {
    Unigram unigram = Unigram.DEFAULT;
    settings.unigram(
        new Unigram(
            given("--shrinking-factor", shrinkingFactor, preset, Algorithm.UNIGRAM)
                ? shrinkingFactor
                : unigram.shrinkingFactor(),
            given("--max-piece-length", maxPieceLength, preset, Algorithm.UNIGRAM)
                ? maxPieceLength
                : unigram.maxPieceLength(),
            given("--n-sub-iterations", subIterations, preset, Algorithm.UNIGRAM)
                ? subIterations
                : unigram.subIterations(),
            given("--seed-size", seedSize, preset, Algorithm.UNIGRAM)
                ? seedSize
                : unigram.seedSize()));
  }

  /** Whether an option is there; refused where it would do nothing. */
  private static boolean given(String name, Object value, Preset preset, Algorithm... algorithms) {
    if (value == null) {
      return false;
    }
    List<Algorithm> having = List.of(algorithms);
    if (!having.contains(preset.algorithm())) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s is an option of %s, but this tokenizer is %s; leave it out",
              name,
              String.join(" and ", having.stream().map(Algorithm::configName).toList()),
              preset.algorithm().configName()));
    }
    return true;
  }
}
