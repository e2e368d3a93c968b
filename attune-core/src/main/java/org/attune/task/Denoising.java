package org.attune.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.CorpusTokenizer;
import org.attune.data.TokenFile;
import org.attune.data.noise.RowRandom;
import org.attune.data.noise.SpanCorruption;
import org.attune.data.noise.TextDenoising;
import org.attune.models.Head;
import org.attune.text.Encoding;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;

/** Writes text anew from a damaged copy: how T5 and BART were pre-trained. */
public final class Denoising extends CorpusTask {
  /** How a piece of text becomes what encoder and decoder read. */
  private interface Noise {
    LanguageRow apply(TokenFile.Tokens text, RowRandom random);
  }

  private final int block;
  private final Noise noise;

  private Denoising(Tokenizer tokenizer, int maxLength, long seed, int block, Noise noise) {
    super(tokenizer, Head.CONDITIONAL_GENERATION, maxLength, seed);
    this.block = block;
    this.noise = noise;
  }

  /**
   * T5's span corruption; a row of text is so long that its damaged copy has {@code maxLength}
   * tokens.
   *
   * @param config the model's: it names the token that the decoder starts from
   * @param density share of tokens cut out, such as 0.15
   * @param meanSpan mean length of a span, such as 3
   * @throws org.attune.UsageException when the tokenizer has no sentinels
   */
  public static Denoising spans(
      Tokenizer tokenizer,
      ConfigJson config,
      int maxLength,
      long seed,
      double density,
      double meanSpan) {
    int end = required(tokenizer.eosId(), "eos (end)", "span corruption");
    var spans = new SpanCorruption(density, meanSpan, sentinels(tokenizer), end);
    int start = TextToText.startId(config);
    return new Denoising(
        tokenizer,
        maxLength,
        seed,
        spans.lengthsFor(maxLength)[0],
        (text, random) -> {
          var corrupted = spans.corrupt(text.ids(), random);
          return LanguageRow.pair(corrupted.input(), corrupted.target(), start);
        });
  }

  private static List<Integer> sentinels(Tokenizer tokenizer) {
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; ; i++) {
      OptionalInt id = tokenizer.specialId("<extra_id_" + i + ">");
      if (id.isEmpty()) {
        return ids;
      }
      ids.add(id.getAsInt());
    }
  }

  /**
   * BART's noise.
   *
   * @param config the model's: it names the token that the decoder starts from
   * @param infilling share of words that masks cover
   * @param meanSpan mean words a mask covers
   * @param permutation share of sentences put in another order
   * @param deletion probability that a token is deleted
   * @param rotation probability that a row is rotated
   * @throws org.attune.AttuneException when the tokenizer has no mask token
   */
  public static Denoising text(
      Tokenizer tokenizer,
      ConfigJson config,
      int maxLength,
      long seed,
      double infilling,
      double meanSpan,
      double permutation,
      double deletion,
      double rotation) {
    int mask = required(tokenizer.maskId(), "mask", "denoising");
    int begin = required(tokenizer.bosId(), "bos (start)", "denoising");
    int end = required(tokenizer.eosId(), "eos (end)", "denoising");
    var denoising =
        new TextDenoising(
            infilling, meanSpan, permutation, deletion, rotation, mask, fullStops(tokenizer));
    int start = TextToText.startId(config);
    return new Denoising(
        tokenizer,
        maxLength,
        seed,
        maxLength - 2,
        (text, random) -> {
          int[] noisy =
              denoising.corrupt(new TextDenoising.Words(text.ids(), text.starts()), random);
          int[] fitting = Arrays.copyOf(noisy, Math.min(noisy.length, maxLength - 2));
          return LanguageRow.pair(
              framed(begin, fitting, end), framed(begin, text.ids(), end), start);
        });
  }

  private static int[] framed(int begin, int[] ids, int end) {
    return IntStream.concat(
            IntStream.concat(IntStream.of(begin), IntStream.of(ids)), IntStream.of(end))
        .toArray();
  }

  /** A full stop after a word and one that stands alone are not always the same token. */
  private static List<Integer> fullStops(Tokenizer tokenizer) {
    return Stream.of(".", "a.", "a .")
        .map(tokenizer::encode)
        .flatMap(encoding -> last(encoding).stream().boxed())
        .distinct()
        .toList();
  }

  private static OptionalInt last(Encoding encoding) {
    return IntStream.range(0, encoding.length())
        .filter(i -> encoding.sequenceIds()[i] >= 0)
        .map(i -> encoding.ids()[i])
        .reduce((before, id) -> id);
  }

  @Override
  CorpusTokenizer.Settings settings() {
    return new CorpusTokenizer.Settings(false, OptionalInt.empty());
  }

  @Override
  public Encoded encode(TokenFile text) {
    return blocks(
        text,
        block,
        maxLength(),
        (tokens, row, epoch) -> noise.apply(tokens, RowRandom.of(seed(), epoch, row)));
  }
}
