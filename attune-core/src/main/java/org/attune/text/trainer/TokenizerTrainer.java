package org.attune.text.trainer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.attune.AttuneException;
import org.attune.text.PreTokenizer;

/**
 * Learns a tokenizer: {@link #add} every text, then {@link #train}, then save what comes out.
 *
 * <pre>{@code
 * try (var trainer = TokenizerTrainer.of(TrainerSettings.like(Preset.GPT2, 8000).build(), watch)) {
 *   lines.forEach(trainer::add);
 *   trainer.train().save(folder);
 * }
 * }</pre>
 *
 * <p>Not thread-safe; it uses all cores by itself.
 */
public final class TokenizerTrainer implements AutoCloseable {
  private final TrainerSettings settings;
  private final TrainingWatch watch;
  private final PreTokenizer preTokenizer;
  private final WordCounts counts;

  private TokenizerTrainer(TrainerSettings settings, TrainingWatch watch) {
    this.settings = settings;
    this.watch = watch;
    Layout layout = new Layout(settings);
    this.preTokenizer = PreTokenizer.of(layout.normalizer(), layout.preTokenizer());
    this.counts = new WordCounts(preTokenizer, settings.maxWords(), watch);
  }

  /** A trainer that has seen no text yet. */
  public static TokenizerTrainer of(TrainerSettings settings, TrainingWatch watch) {
    return new TokenizerTrainer(settings, watch);
  }

  /**
   * Adds a text. White space at its ends counts, as everywhere in it: a line of a file is added
   * with its line break where byte-level BPE should know of line breaks.
   */
  public void add(String text) {
    counts.add(text);
  }

  /**
   * Learns the vocabulary from the texts added.
   *
   * @throws AttuneException when they hold no word, or the vocabulary asked for has no room for the
   *     alphabet
   */
  public Trained train() {
    List<WordCounts.Word> words = counts.sorted();
    if (words.isEmpty()) {
      throw new AttuneException("text: there is no word in the text to learn from");
    }
    Vocabulary learned =
        settings.preset().algorithm() == Algorithm.UNIGRAM
            ? new UnigramTrainer(settings, watch).train(words)
            : new MergeTrainer(settings, watch).train(words, initialAlphabet());
    int missing = settings.vocabSize() - learned.tokens().size();
    if (missing > 0) {
      watch.onWarning(
          String.format(
              "the text gives %,d tokens only, %,d fewer than asked for",
              learned.tokens().size(), missing));
    }
    return new Trained(settings, withSentinels(learned), words.size());
  }

  private String initialAlphabet() {
    return settings.preset().algorithm() == Algorithm.BPE
        ? ByteAlphabet.CHARACTERS
        : settings.initialAlphabet();
  }

  /** T5's sentinels stand at the end, the last first, as in T5's own vocabulary. */
  private Vocabulary withSentinels(Vocabulary learned) {
    List<String> tokens = new ArrayList<>(learned.tokens());
    List<Double> scores = new ArrayList<>(learned.scores());
    for (int i = settings.preset().sentinels() - 1; i >= 0; i--) {
      tokens.add("<extra_id_" + i + ">");
      scores.add(0.0);
    }
    return new Vocabulary(tokens, learned.merges(), scores);
  }

  @Override
  public void close() {
    counts.close();
    preTokenizer.close();
  }

  /** A tokenizer that was learned. */
  public static final class Trained {
    private final TrainerSettings settings;
    private final Vocabulary vocabulary;
    private final int words;

    private Trained(TrainerSettings settings, Vocabulary vocabulary, int words) {
      this.settings = settings;
      this.vocabulary = vocabulary;
      this.words = words;
    }

    /** The tokens by id. */
    public List<String> tokens() {
      return vocabulary.tokens();
    }

    /** The pairs that BPE merges, the first learned first; empty for other algorithms. */
    public List<String> merges() {
      return vocabulary.merges().stream()
          .map(merge -> merge.left() + " " + merge.right())
          .collect(Collectors.toList());
    }

    /** How many different words the text had. */
    public int words() {
      return words;
    }

    /**
     * Writes tokenizer.json, tokenizer_config.json, special_tokens_map.json, and vocab.json with
     * merges.txt or vocab.txt. A caller who needs them whole or not at all stages the folder.
     *
     * @param folder must exist
     */
    public void save(Path folder) throws IOException {
      new TokenizerFiles(settings, vocabulary).write(folder);
    }
  }
}
