package org.attune.text.trainer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.attune.AttuneException;

/**
 * A unigram language model over pieces (Kudo 2018): begins with far too many, learns their
 * probabilities by EM, drops those whose loss costs the text the least, and again until as many are
 * left as were asked for.
 *
 * <p>Follows Hugging Face's {@code UnigramTrainer} step by step. Sums are made in a fixed order, so
 * that one text gives one vocabulary whatever the machine.
 */
final class UnigramTrainer {
  /** Sums are made over so many parts of the words, however many threads there are. */
  private static final int PARTS = 16;

  /** A piece expected less often than this is dropped. */
  private static final double LEAST_FREQUENCY = 0.5;

  /** EM stops at so many times the vocabulary; the last of the pieces are then left out. */
  private static final int MORE_PERCENT = 110;

  private final TrainerSettings settings;
  private final TrainingWatch watch;
  private final PieceTrie trie = new PieceTrie();
  private List<int[]> characters = List.of(); // of the seeds
  private int[] nodes = new int[0]; // of the seeds, in the trie
  // The vocabulary now: piece 0 is the unknown character, which has no seed.
  private int[] seeds = new int[0];
  private double[] scores = new double[0];

  UnigramTrainer(TrainerSettings settings, TrainingWatch watch) {
    this.settings = settings;
    this.watch = watch;
  }

  /**
   * Learns the pieces.
   *
   * @throws AttuneException when the vocabulary has no room for special tokens and alphabet
   */
  Vocabulary train(List<WordCounts.Word> words) {
    TreeSet<Integer> required = new TreeSet<>();
    words.forEach(word -> word.text().codePoints().forEach(required::add));
    settings.initialAlphabet().codePoints().forEach(required::add);
    int least = settings.specialTokens().size() + required.size();
    if (least > settings.vocabSize()) {
      throw new AttuneException(
          "text: vocab_size is "
              + settings.vocabSize()
              + ", but special tokens and the characters of the text alone are "
              + least);
    }
    Corpus corpus = Corpus.of(words);
    begin(corpus);
    long enough = (long) settings.vocabSize() * MORE_PERCENT / 100;
    long passes = 0;
    for (int before = Integer.MAX_VALUE; ; ) {
      for (int i = 0; i < settings.unigram().subIterations(); i++) {
        maximize(sum(corpus, Lattice::addExpected));
        watch.at(TrainingWatch.Stage.PASSES, ++passes, passes + passesLeft(enough));
      }
      if (seeds.length <= enough || seeds.length == before) { // or nothing is left to drop
        return vocabulary(required);
      }
      before = seeds.length;
      prune(sum(corpus, Lattice::addBest), corpus, enough);
    }
  }

  private void begin(Corpus corpus) {
    TrainerSettings.Unigram unigram = settings.unigram();
    SeedPieces seed = SeedPieces.of(corpus, unigram.maxPieceLength(), unigram.seedSize());
    characters = seed.characters();
    nodes = characters.stream().mapToInt(trie::add).toArray();
    seeds = IntStream.range(-1, nodes.length).toArray();
    scores = new double[seeds.length];
    scores[0] = Double.NaN;
    System.arraycopy(seed.scores(), 0, scores, 1, nodes.length);
  }

  private long passesLeft(long enough) {
    double ratio = Math.log((double) enough / seeds.length);
    double rounds = Math.max(0, Math.ceil(ratio / Math.log(settings.unigram().shrinkingFactor())));
    return (long) (rounds * settings.unigram().subIterations());
  }

  // ---- expectation

  /** What a word adds to the numbers of the pieces. */
  private interface Adding {
    void add(Lattice lattice, long count, double[] sums);
  }

  private double[] sum(Corpus corpus, Adding adding) {
    numberPieces();
    double[][] parts =
        IntStream.range(0, PARTS)
            .parallel()
            .mapToObj(part -> sum(corpus, part, adding))
            .toArray(double[][]::new);
    double[] all = parts[0];
    for (int part = 1; part < PARTS; part++) {
      for (int i = 0; i < all.length; i++) {
        all[i] += parts[part][i];
      }
    }
    return all;
  }

  private double[] sum(Corpus corpus, int part, Adding adding) {
    double[] sums = new double[seeds.length];
    Lattice lattice = new Lattice(trie, scores, leastScore());
    int from = (int) ((long) corpus.size() * part / PARTS);
    int to = (int) ((long) corpus.size() * (part + 1) / PARTS);
    for (int word = from; word < to; word++) {
      lattice.fill(corpus.text(), corpus.starts()[word], corpus.end(word));
      adding.add(lattice, corpus.counts()[word], sums);
    }
    return sums;
  }

  private void numberPieces() {
    trie.clear();
    for (int piece = 1; piece < seeds.length; piece++) {
      trie.set(nodes[seeds[piece]], piece);
    }
  }

  private double leastScore() {
    return Arrays.stream(scores).skip(1).min().orElse(0);
  }

  // ---- maximization

  /** Drops what is hardly expected; the others' scores by the variational Bayes of Liang (2007). */
  private void maximize(double[] expected) {
    int[] kept =
        IntStream.range(0, seeds.length)
            .filter(piece -> piece == 0 || expected[piece] >= LEAST_FREQUENCY)
            .toArray();
    double sum = Arrays.stream(kept).skip(1).mapToDouble(piece -> expected[piece]).sum();
    double all = digamma(sum);
    double[] learned =
        Arrays.stream(kept)
            .mapToDouble(piece -> piece == 0 ? Double.NaN : digamma(expected[piece]) - all)
            .toArray();
    keep(kept);
    scores = learned;
  }

  private void keep(int[] kept) {
    double[] before = scores;
    int[] seedsBefore = seeds;
    scores = Arrays.stream(kept).mapToDouble(piece -> before[piece]).toArray();
    seeds = Arrays.stream(kept).map(piece -> seedsBefore[piece]).toArray();
  }

  /** The derivative of the logarithm of the gamma function: recurrence, then its series. */
  static double digamma(double x) {
    double sum = 0;
    double shifted = x;
    for (; shifted < 7; shifted++) {
      sum -= 1 / shifted;
    }
    shifted -= 0.5;
    double inverse = 1 / shifted;
    double square = inverse * inverse;
    double fourth = square * square;
    return sum
        + Math.log(shifted)
        + square / 24
        - 7.0 / 960 * fourth
        + 31.0 / 8064 * fourth * square
        - 127.0 / 30720 * fourth * fourth;
  }

  // ---- pruning

  private record Loss(int piece, double loss) {}

  /**
   * Keeps the share of the pieces whose going would cost the text most. What a piece costs is
   * guessed: all its places in the best cuts of the words would be cut as its own second best cut.
   *
   * @param frequencies of the pieces in the best cuts
   */
  private void prune(double[] frequencies, Corpus corpus, long enough) {
    double all = Arrays.stream(frequencies).sum();
    double words = Arrays.stream(corpus.counts()).asDoubleStream().sum();
    IntList kept = new IntList();
    kept.add(0);
    List<Loss> candidates = new ArrayList<>();
    Lattice lattice = new Lattice(trie, scores, leastScore());
    for (int piece = 1; piece < seeds.length; piece++) {
      int[] text = characters.get(seeds[piece]);
      lattice.fill(text, 0, text.length);
      boolean whole = lattice.bestLength() == 1;
      int[] second = lattice.secondBest();
      boolean alone = second.length == 0;
      if (frequencies[piece] == 0 && !whole && !alone) {
        continue; // it is never used
      }
      if (alone || !whole) {
        kept.add(piece);
      } else if (frequencies[piece] > 0) {
        candidates.add(new Loss(piece, loss(frequencies, piece, second, all, words)));
      }
    }
    candidates.sort(Comparator.comparingDouble(Loss::loss).reversed());
    long size = Math.max(enough, (long) (seeds.length * settings.unigram().shrinkingFactor()));
    for (Loss candidate : candidates) {
      if (kept.size() == size) {
        break;
      }
      kept.add(candidate.piece());
    }
    keep(kept.toArray());
  }

  private static double loss(
      double[] frequencies, int piece, int[] second, double all, double words) {
    double frequency = frequencies[piece];
    double before = Math.log(frequency) - Math.log(all);
    // The number of all pieces is the reference's (tokenizers 0.23.2); SentencePiece has that of
    // the
    // piece's own alternatives, as the derivation does.
    double allAfter = Math.log(all + frequency * (frequencies.length - 1));
    double after = 0;
    // In the pieces' order: counts are whole numbers, losses often equal, and rounding then
    // decides.
    for (int other : second) {
      after += Math.log(frequencies[other] + frequency) - allAfter;
    }
    return frequency / words * (before - after);
  }

  // ---- the end

  private record Piece(String text, double score) {}

  /** Special tokens, then all characters and as many pieces as there is room for, by score. */
  private Vocabulary vocabulary(Set<Integer> required) {
    Map<String, Double> learned = new HashMap<>();
    for (int piece = 1; piece < seeds.length; piece++) {
      learned.put(text(piece), scores[piece]);
    }
    List<String> special = settings.specialTokens();
    Set<String> there = new HashSet<>(special);
    List<Piece> pieces = new ArrayList<>();
    double missing = leastScore(); // characters that EM dropped come after all, one by one
    for (int character : required) {
      String text = Character.toString(character);
      if (!there.add(text)) {
        continue;
      }
      if (learned.containsKey(text)) {
        pieces.add(new Piece(text, learned.get(text)));
      } else {
        pieces.add(new Piece(text, missing));
        missing += 0.0001;
      }
    }
    int room = settings.vocabSize() - special.size();
    for (int piece = 1; piece < seeds.length && pieces.size() < room; piece++) {
      if (there.add(text(piece))) {
        pieces.add(new Piece(text(piece), scores[piece]));
      }
    }
    pieces.sort(Comparator.comparingDouble(Piece::score).reversed());
    List<String> tokens = new ArrayList<>(special);
    List<Double> all = new ArrayList<>(special.stream().map(token -> 0.0).toList());
    pieces.forEach(piece -> tokens.add(piece.text()));
    pieces.forEach(piece -> all.add(piece.score()));
    return new Vocabulary(tokens, List.of(), all);
  }

  private String text(int piece) {
    int[] codePoints = characters.get(seeds[piece]);
    return new String(codePoints, 0, codePoints.length);
  }
}
