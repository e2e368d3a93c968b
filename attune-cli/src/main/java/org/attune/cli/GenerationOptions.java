package org.attune.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.attune.UsageException;
import org.attune.generate.Beams;
import org.attune.generate.Constraints;
import org.attune.generate.EarlyStopping;
import org.attune.generate.GenerationConfig;
import org.attune.generate.Length;
import org.attune.generate.Sampling;
import org.attune.generate.SpecialIds;
import picocli.CommandLine.Option;

/**
 * Every setting of generation_config.json as an option; one that is not given stays as the model
 * was saved with.
 */
final class GenerationOptions {
  @Option(names = "--max-new-tokens", paramLabel = "N", description = "Most tokens to write.")
  private Integer maxNewTokens;

  @Option(names = "--max-length", paramLabel = "N", description = "The same, prompt included.")
  private Integer maxLength;

  @Option(names = "--min-new-tokens", paramLabel = "N", description = "Fewest tokens to write.")
  private Integer minNewTokens;

  @Option(names = "--min-length", paramLabel = "N", description = "The same, prompt included.")
  private Integer minLength;

  @Option(
      names = {"--beams", "--num-beams"},
      paramLabel = "N",
      description = "Texts followed at a time; 1: greedy.")
  private Integer beams;

  @Option(
      names = "--num-beam-groups",
      paramLabel = "N",
      description = "Groups of beams that are kept apart.")
  private Integer groups;

  @Option(names = "--diversity-penalty", paramLabel = "X", description = "How far apart.")
  private Double diversityPenalty;

  @Option(
      names = "--length-penalty",
      paramLabel = "X",
      description = "Above 0: long texts; below: short ones.")
  private Double lengthPenalty;

  @Option(names = "--early-stopping", paramLabel = "WHEN", description = "true, false or never.")
  private String earlyStopping;

  @Option(names = "--num-return-sequences", paramLabel = "N", description = "Texts a prompt.")
  private Integer choices;

  @Option(
      names = "--penalty-alpha",
      paramLabel = "X",
      description = "Contrastive search among the --top-k best: marks down what is like the text.")
  private Double penaltyAlpha;

  @Option(
      names = "--do-sample",
      arity = "0..1",
      fallbackValue = "true",
      description = "Draw, do not take the most probable.")
  private Boolean doSample;

  @Option(names = "--temperature", paramLabel = "X", description = "Below 1: likely tokens more.")
  private Double temperature;

  @Option(names = "--top-k", paramLabel = "N", description = "From the N most probable; 0: all.")
  private Integer topK;

  @Option(names = "--top-p", paramLabel = "P", description = "From those that reach P together.")
  private Double topP;

  @Option(names = "--min-p", paramLabel = "P", description = "From those above P times the best.")
  private Double minP;

  @Option(names = "--typical-p", paramLabel = "P", description = "From the typical ones.")
  private Double typicalP;

  @Option(names = "--epsilon-cutoff", paramLabel = "P", description = "From those above P.")
  private Double epsilonCutoff;

  @Option(names = "--eta-cutoff", paramLabel = "P", description = "The same, by entropy.")
  private Double etaCutoff;

  @Option(names = "--seed", paramLabel = "N", description = "Of the draws (default: 0).")
  private Long seed;

  @Option(names = "--repetition-penalty", paramLabel = "X", description = "1: none.")
  private Double repetitionPenalty;

  @Option(names = "--no-repeat-ngram-size", paramLabel = "N", description = "0: none.")
  private Integer noRepeat;

  @Option(
      names = "--encoder-no-repeat-ngram-size",
      paramLabel = "N",
      description = "N-grams of the encoder's prompt.")
  private Integer encoderNoRepeat;

  @Option(
      names = "--bad-words-ids",
      paramLabel = "IDS",
      split = ";",
      description = "Sequences not to write, as 7;9,11.")
  private List<String> badWords;

  @Option(names = "--suppress-tokens", paramLabel = "IDS", split = ",", description = "Never.")
  private List<Integer> suppress;

  @Option(
      names = "--begin-suppress-tokens",
      paramLabel = "IDS",
      split = ",",
      description = "Not first.")
  private List<Integer> beginSuppress;

  @Option(names = "--forced-bos-token-id", paramLabel = "ID", description = "The first token.")
  private Integer forcedBos;

  @Option(
      names = "--forced-eos-token-id",
      paramLabel = "IDS",
      split = ",",
      description = "The last one, where the length runs out.")
  private List<Integer> forcedEos;

  @Option(
      names = "--eos-token-id",
      paramLabel = "IDS",
      split = ",",
      description = "Tokens that end a text.")
  private List<Integer> eos;

  @Option(names = "--stop", paramLabel = "TEXT", description = "Ends a text; may be repeated.")
  private List<String> stop;

  /** Saved settings under what the options say. */
  GenerationConfig over(GenerationConfig saved) {
    if (doSample == null && !saved.sampling().doSample() && namesSampling()) {
      throw new UsageException(
          "generate: temperature, top_k, top_p and their like need --do-sample; without it the most"
              + " probable token is taken");
    }
    List<String> stops = stop == null ? saved.stopStrings() : stop;
    return new GenerationConfig(
        length(saved.length()),
        sampling(saved.sampling()),
        beams(saved.beams()),
        or(penaltyAlpha, saved.penaltyAlpha()),
        constraints(saved.constraints()),
        ids(saved.ids()),
        stops,
        or(choices, saved.numReturnSequences()));
  }

  private boolean namesSampling() {
    boolean contrastive = penaltyAlpha != null;
    return Arrays.asList(
            temperature, contrastive ? null : topK, topP, minP, typicalP, epsilonCutoff, etaCutoff)
        .stream()
        .anyMatch(option -> option != null);
  }

  private Length length(Length saved) {
    return new Length(
        // An option of either kind overrules both kinds of the file.
        maxLength != null && maxNewTokens == null
            ? OptionalInt.empty()
            : or(maxNewTokens, saved.maxNewTokens()),
        or(maxLength, saved.maxLength()),
        or(minNewTokens, saved.minNewTokens()),
        or(minLength, saved.minLength()));
  }

  private Sampling sampling(Sampling saved) {
    return new Sampling(
        or(doSample, saved.doSample()),
        or(temperature, saved.temperature()),
        or(topK, saved.topK()),
        or(topP, saved.topP()),
        or(minP, saved.minP()),
        or(typicalP, saved.typicalP()),
        or(epsilonCutoff, saved.epsilonCutoff()),
        or(etaCutoff, saved.etaCutoff()),
        or(seed, saved.seed()));
  }

  private Beams beams(Beams saved) {
    return new Beams(
        or(beams, saved.numBeams()),
        or(groups, saved.numBeamGroups()),
        or(diversityPenalty, saved.diversityPenalty()),
        or(lengthPenalty, saved.lengthPenalty()),
        earlyStopping == null ? saved.earlyStopping() : EarlyStopping.of(earlyStopping));
  }

  private Constraints constraints(Constraints saved) {
    return new Constraints(
        or(repetitionPenalty, saved.repetitionPenalty()),
        or(noRepeat, saved.noRepeatNgramSize()),
        or(encoderNoRepeat, saved.encoderNoRepeatNgramSize()),
        badWords == null ? saved.badWordsIds() : sequences(badWords),
        or(suppress, saved.suppressTokens()),
        or(beginSuppress, saved.beginSuppressTokens()),
        or(forcedBos, saved.forcedBosTokenId()),
        or(forcedEos, saved.forcedEosTokenId()));
  }

  private SpecialIds ids(SpecialIds saved) {
    return eos == null ? saved : saved.withEos(eos);
  }

  private static List<List<Integer>> sequences(List<String> texts) {
    List<List<Integer>> sequences = new ArrayList<>();
    for (String text : texts) {
      try {
        sequences.add(
            Arrays.stream(text.split(",")).map(String::strip).map(Integer::valueOf).toList());
      } catch (NumberFormatException e) {
        throw new UsageException(
            "generate: --bad-words-ids has '" + text + "', expected token ids as in 7;9,11");
      }
    }
    return sequences;
  }

  private static <T> T or(T given, T saved) {
    return given == null ? saved : given;
  }

  private static OptionalInt or(Integer given, OptionalInt saved) {
    return given == null ? saved : OptionalInt.of(given);
  }
}
