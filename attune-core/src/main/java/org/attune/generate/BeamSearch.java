package org.attune.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.attune.generate.BeamGroup.Choice;
import org.attune.models.Decoding;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Scope;
import org.attune.tensor.Selection;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Beam search: the most probable texts are followed side by side. With groups it is diverse beam
 * search (Vijayakumar et al. 2018): each group searches for itself, and a token costs a group a
 * penalty for each earlier group's beam that chose it at the same step. transformers 5.17 has no
 * code for groups any more; the groups here follow the paper, each with transformers' bookkeeping.
 *
 * <p>A prompt is read once and becomes beams after its first token. Only the best scores of each
 * row leave native memory: log-probabilities are scores minus one number a row.
 */
final class BeamSearch {
  private final Beams settings;
  private final Processors processors;
  private final Stopping stopping;
  private final Optional<Sampler> sampler;
  private final BooleanSupplier cancelled;
  private final int groupWidth;

  /** A search that draws its ways to go on where there is a sampler. */
  BeamSearch(
      Beams settings,
      Processors processors,
      Stopping stopping,
      Optional<Sampler> sampler,
      BooleanSupplier cancelled) {
    this.settings = settings;
    this.processors = processors;
    this.stopping = stopping;
    this.sampler = sampler;
    this.cancelled = cancelled;
    this.groupWidth = settings.numBeams() / settings.numBeamGroups();
  }

  /** A prompt's groups, and where its texts belong. */
  private record Prompt(int number, List<BeamGroup> groups) {
    boolean open() {
      return groups.stream().anyMatch(BeamGroup::open);
    }

    List<Sequence> rows() {
      return groups.stream().flatMap(group -> group.rows().stream()).toList();
    }
  }

  /** The best scores of each row: [R][k] tokens and their log-probabilities. */
  @SuppressWarnings("ArrayRecordComponent") // made and read in one step
  private record Best(long[] tokens, float[] logProbabilities, int width) {}

  /**
   * Writes until no prompt can get better texts.
   *
   * @param decoding has read nothing
   * @param first [B, t] I64, what it reads first
   * @param starts B rows
   * @param choices texts a prompt
   * @return B times {@code choices} texts, those of a prompt together, best first
   */
  Generated[] run(Decoding decoding, Tensor first, List<Sequence> starts, int choices) {
    List<Prompt> prompts = new ArrayList<>();
    for (Sequence start : starts) {
      prompts.add(new Prompt(prompts.size(), groups(start)));
    }
    Generated[] results = new Generated[starts.size() * choices];
    int width = (int) first.size(1);
    long[] tokens = {};
    while (!prompts.isEmpty()) {
      try (Scope scope = Scope.open()) {
        boolean begin = tokens.length == 0;
        Tensor logits = decoding.next(begin ? first : Tensors.ofLongs(tokens, tokens.length, 1));
        List<Sequence> rows = begin ? starts : rows(prompts);
        long[] parents = advance(prompts, best(logits, rows), begin);
        boolean stop = cancelled.getAsBoolean();
        List<Prompt> going = stop ? List.of() : prompts.stream().filter(Prompt::open).toList();
        for (Prompt prompt : prompts) {
          if (stop || !prompt.open()) {
            end(prompt, choices, stop ? FinishReason.CANCELLED : FinishReason.LENGTH, results);
          }
        }
        long[] kept = kept(prompts, going, parents);
        reorder(decoding, rows, kept, width);
        width++;
        tokens = tokens(going);
        prompts = going;
      }
    }
    return results;
  }

  private List<BeamGroup> groups(Sequence start) {
    return IntStream.range(0, settings.numBeamGroups())
        .mapToObj(group -> new BeamGroup(start, groupWidth, settings, stopping))
        .toList();
  }

  /** The texts in the order of the decoder's rows. */
  private static List<Sequence> rows(List<Prompt> prompts) {
    return prompts.stream().flatMap(prompt -> prompt.rows().stream()).toList();
  }

  // ---- scores

  private Best best(Tensor logits, List<Sequence> rows) {
    Tensor single = logits.to(DType.F32);
    if (sampler.isPresent()) {
      Tensor scores = processors.apply(Functional.logSoftmax(single, -1), rows);
      return drawn(sampler.get().candidates(scores), rows);
    }
    int wanted = Math.max(2, 1 + stopping.eos().eosTokenId().size()) * groupWidth;
    // A penalty can push out of the list as many tokens as other groups have chosen.
    int count = (int) Math.min(wanted + settings.numBeams() - groupWidth, single.size(1));
    Selection.Best top = best(single, rows, count);
    return new Best(top.indices().toLongs(), top.values().toFloats(), count);
  }

  /** Tokens and log-probabilities, best first. */
  private Selection.Best best(Tensor logits, List<Sequence> rows, int count) {
    if (processors.isEmpty()) {
      return Selection.topLogProbabilities(logits, count);
    }
    if (!processors.onlyBans()) { // these work on log-probabilities; bans work on either
      return Selection.top(processors.apply(Functional.logSoftmax(logits, -1), rows), count);
    }
    Tensor offsets = Selection.logSumExp(logits).unsqueeze(1); // [R, 1], of all tokens
    Selection.Best top = Selection.top(processors.apply(logits, rows), count);
    return new Selection.Best(top.values().minus(offsets), top.indices());
  }

  /** The candidates of all rows in one table; rows that have fewer are filled with -inf. */
  private static Best drawn(List<Candidates> candidates, List<Sequence> rows) {
    int width = candidates.stream().mapToInt(Candidates::size).max().orElse(0);
    long[] tokens = new long[rows.size() * width];
    float[] values = new float[tokens.length];
    Arrays.fill(values, Float.NEGATIVE_INFINITY);
    for (int row = 0; row < rows.size(); row++) {
      for (int i = 0; i < candidates.get(row).size(); i++) {
        tokens[row * width + i] = candidates.get(row).token(i);
        values[row * width + i] = (float) candidates.get(row).logit(i);
      }
    }
    return new Best(tokens, values, width);
  }

  // ---- one step

  /** Lets every group choose; returns for each new row the old one it goes on from. */
  private long[] advance(List<Prompt> prompts, Best best, boolean begin) {
    long[] parents = new long[prompts.size() * settings.numBeams()];
    int row = 0;
    for (int p = 0; p < prompts.size(); p++) {
      Map<Integer, Integer> chosen = new HashMap<>(); // token to beams of earlier groups
      for (BeamGroup group : prompts.get(p).groups()) {
        int from = begin ? p : row;
        int[] origins = IntStream.range(0, groupWidth).toArray();
        if (group.open()) {
          origins = group.advance(choices(group, best, from, begin, chosen));
          group.rows().forEach(text -> chosen.merge(last(text), 1, Integer::sum));
        }
        for (int origin : origins) {
          parents[row++] = begin ? p : from + origin;
        }
      }
    }
    return parents;
  }

  private List<Choice> choices(
      BeamGroup group, Best best, int from, boolean begin, Map<Integer, Integer> chosen) {
    List<Choice> choices = new ArrayList<>();
    // All beams begin as the same row.
    for (int beam = 0; beam < (begin ? 1 : groupWidth); beam++) {
      for (int i = 0; i < best.width(); i++) {
        int place = (from + group.seat(beam)) * best.width() + i;
        int token = (int) best.tokens()[place];
        float penalty = (float) settings.diversityPenalty() * chosen.getOrDefault(token, 0);
        float score = best.logProbabilities()[place] + group.score(beam) - penalty;
        if (score > Float.NEGATIVE_INFINITY || choices.isEmpty()) {
          choices.add(new Choice(beam, token, score));
        }
      }
    }
    choices.sort(sampler.isPresent() ? byChance(group, choices) : Choice.ORDER);
    return choices.subList(0, Math.min(group.wanted(), choices.size()));
  }

  /**
   * An order in which the first k are a draw of k without replacement, by the probabilities the
   * scores stand for (the Gumbel-top-k trick, Kool et al. 2019).
   */
  private Comparator<Choice> byChance(BeamGroup group, List<Choice> choices) {
    Map<Choice, Double> keys = new HashMap<>();
    Sequence site = group.rows().get(0);
    for (int i = 0; i < choices.size(); i++) {
      double gumbel = -Math.log(-Math.log(sampler.orElseThrow().uniform(site, i)));
      keys.put(choices.get(i), choices.get(i).score() + gumbel);
    }
    return Comparator.comparingDouble(choice -> -keys.get(choice));
  }

  private static int last(Sequence text) {
    return text.id(text.length() - 1);
  }

  private static void end(Prompt prompt, int choices, FinishReason reason, Generated[] results) {
    List<Generated> texts =
        prompt.groups().stream()
            .flatMap(group -> group.results(choices, reason).stream())
            .sorted(Comparator.comparingDouble(text -> -text.score()))
            .toList();
    for (int i = 0; i < choices; i++) {
      results[prompt.number() * choices + i] = texts.get(i);
    }
  }

  // ---- the decoder's rows

  /** The parents of the prompts that go on. */
  private long[] kept(List<Prompt> prompts, List<Prompt> going, long[] parents) {
    int beams = settings.numBeams();
    return IntStream.range(0, prompts.size())
        .filter(p -> going.contains(prompts.get(p)))
        .boxed()
        .flatMap(p -> Arrays.stream(parents, p * beams, (p + 1) * beams).boxed())
        .mapToLong(Long::longValue)
        .toArray();
  }

  private static long[] tokens(List<Prompt> prompts) {
    return rows(prompts).stream().mapToLong(BeamSearch::last).toArray();
  }

  /**
   * Moves the rows of the decoder. Beams of a prompt have their beginning in common, and only what
   * follows it is copied.
   *
   * @param rows what the decoder's rows have read
   * @param width tokens read a row, padding included
   */
  private static void reorder(Decoding decoding, List<Sequence> rows, long[] parents, int width) {
    if (parents.length == 0) {
      return;
    }
    if (parents.length != rows.size()) {
      decoding.reorder(parents);
      return;
    }
    int unchanged = width;
    for (int row = 0; row < parents.length; row++) {
      Sequence before = rows.get(row);
      Sequence after = rows.get((int) parents[row]);
      unchanged = Math.min(unchanged, width - before.length() + before.common(after));
    }
    if (unchanged < width) {
      decoding.reorder(parents, unchanged);
    }
  }
}
