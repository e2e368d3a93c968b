package org.attune.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How a checkpoint wants its model to write: what generation_config.json says, or, where there is
 * none, what old versions kept in config.json. What neither says is empty; keys Attune does not
 * know are ignored. Methods are called as the keys are, values are checked when they are read.
 *
 * @see <a href="https://huggingface.co/docs/transformers/main_classes/text_generation">the keys</a>
 */
public final class GenerationDefaults {
  private static final String FILE = "generation_config.json";
  private static final int MAX_LENGTH = 1 << 24;
  private static final int MAX_BEAMS = 1 << 16;
  private static final double MAX_NUMBER = 1e9;

  private final ConfigJson json;

  private GenerationDefaults(ConfigJson json) {
    this.json = json;
  }

  /**
   * Those of a checkpoint.
   *
   * @throws org.attune.AttuneException when generation_config.json is no JSON object
   */
  public static GenerationDefaults of(Checkpoint checkpoint) {
    return new GenerationDefaults(own(checkpoint).orElseGet(checkpoint::config));
  }

  private static Optional<ConfigJson> own(Checkpoint checkpoint) {
    Path file = checkpoint.folder().resolve(FILE);
    return Files.exists(file) ? Optional.of(ConfigJson.read(file)) : checkpoint.generation();
  }

  /** Writes a checkpoint's generation_config.json into the folder of a model made from it. */
  public static void carryOver(Checkpoint checkpoint, Path folder) {
    own(checkpoint).ifPresent(json -> json.write(folder.resolve(FILE)));
  }

  /** Those that a generation_config.json, or an old config.json, holds. */
  public static GenerationDefaults of(ConfigJson json) {
    return new GenerationDefaults(json);
  }

  /** Everything that was said, to be written beside a model that is saved. */
  public ConfigJson json() {
    return json;
  }

  // ---- how long

  /** Tokens in all, the prompt of a decoder alone among them. */
  public OptionalInt maxLength() {
    return json.optionalInt("max_length", 0, MAX_LENGTH);
  }

  public OptionalInt maxNewTokens() {
    return json.optionalInt("max_new_tokens", 0, MAX_LENGTH);
  }

  public OptionalInt minLength() {
    return json.optionalInt("min_length", 0, MAX_LENGTH);
  }

  public OptionalInt minNewTokens() {
    return json.optionalInt("min_new_tokens", 0, MAX_LENGTH);
  }

  /** Texts that end the writing. */
  public List<String> stopStrings() {
    return json.stringOrStrings("stop_strings");
  }

  // ---- how it is searched

  public OptionalInt numBeams() {
    return json.optionalInt("num_beams", 1, MAX_BEAMS);
  }

  public OptionalInt numBeamGroups() {
    return json.optionalInt("num_beam_groups", 1, MAX_BEAMS);
  }

  public OptionalDouble diversityPenalty() {
    return json.optionalDouble("diversity_penalty", -MAX_NUMBER, MAX_NUMBER);
  }

  public OptionalDouble lengthPenalty() {
    return json.optionalDouble("length_penalty", -MAX_NUMBER, MAX_NUMBER);
  }

  /** {@code true}, {@code false} or {@code never}. */
  public Optional<String> earlyStopping() {
    return json.booleanOrString("early_stopping");
  }

  public OptionalInt numReturnSequences() {
    return json.optionalInt("num_return_sequences", 1, MAX_BEAMS);
  }

  /** Of contrastive search. */
  public OptionalDouble penaltyAlpha() {
    return json.optionalDouble("penalty_alpha", 0, 1);
  }

  // ---- how it is drawn

  public Optional<Boolean> doSample() {
    return json.optionalBoolean("do_sample");
  }

  public OptionalDouble temperature() {
    return json.optionalDouble("temperature", 0, MAX_NUMBER);
  }

  public OptionalInt topK() {
    return json.optionalInt("top_k", 0, MAX_LENGTH);
  }

  public OptionalDouble topP() {
    return json.optionalDouble("top_p", 0, 1);
  }

  public OptionalDouble minP() {
    return json.optionalDouble("min_p", 0, 1);
  }

  public OptionalDouble typicalP() {
    return json.optionalDouble("typical_p", 0, 1);
  }

  public OptionalDouble epsilonCutoff() {
    return json.optionalDouble("epsilon_cutoff", 0, 1);
  }

  public OptionalDouble etaCutoff() {
    return json.optionalDouble("eta_cutoff", 0, 1);
  }

  // ---- what may and must be written

  public OptionalDouble repetitionPenalty() {
    return json.optionalDouble("repetition_penalty", 0, MAX_NUMBER);
  }

  public OptionalInt noRepeatNgramSize() {
    return json.optionalInt("no_repeat_ngram_size", 0, MAX_LENGTH);
  }

  public OptionalInt encoderNoRepeatNgramSize() {
    return json.optionalInt("encoder_no_repeat_ngram_size", 0, MAX_LENGTH);
  }

  public List<List<Integer>> badWordsIds() {
    return json.intLists("bad_words_ids");
  }

  public List<Integer> suppressTokens() {
    return json.ints("suppress_tokens");
  }

  public List<Integer> beginSuppressTokens() {
    return json.ints("begin_suppress_tokens");
  }

  public OptionalInt forcedBosTokenId() {
    return id("forced_bos_token_id");
  }

  public List<Integer> forcedEosTokenId() {
    return json.ints("forced_eos_token_id");
  }

  // ---- tokens with a meaning

  public OptionalInt bosTokenId() {
    return id("bos_token_id");
  }

  /** Any of these ends a text. */
  public List<Integer> eosTokenId() {
    return json.ints("eos_token_id");
  }

  public OptionalInt padTokenId() {
    return id("pad_token_id");
  }

  public OptionalInt decoderStartTokenId() {
    return id("decoder_start_token_id");
  }

  /** Old files write -1 for none. */
  private OptionalInt id(String key) {
    OptionalInt value = json.optionalInt(key, -1, Integer.MAX_VALUE);
    return value.isPresent() && value.getAsInt() < 0 ? OptionalInt.empty() : value;
  }
}
