package org.attune.generate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.GenerationDefaults;
import org.attune.models.EncoderDecoder;
import org.attune.models.GenerativeModel;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.tensor.Autocast;
import org.attune.tensor.DType;
import org.attune.text.TokenStream;
import org.attune.text.Tokenizer;

/**
 * Texts behind texts: a model that writes, its tokenizer, and the settings it was saved with.
 *
 * <pre>{@code
 * try (TextGenerator writer = TextGenerator.open("out/stories")) {
 *   GenerationConfig settings = writer.settings().withLength(Length.ofNewTokens(60));
 *   System.out.println(writer.generate("Once upon a time", settings));
 * }
 * }</pre>
 */
public final class TextGenerator implements AutoCloseable {
  private static final Pattern TOKENIZER_FILE =
      Pattern.compile("(tokenizer|vocab|merges|spiece|sentencepiece|tok[0-9]+)\\b.*");

  private final Model model;
  private final Optional<Tokenizer> tokenizer;
  private final GenerationConfig settings;
  private final List<String> warnings;
  private final boolean half;

  private TextGenerator(
      Model model,
      Optional<Tokenizer> tokenizer,
      GenerationConfig settings,
      List<String> warnings,
      boolean half) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.settings = settings;
    this.warnings = warnings;
    this.half = half;
  }

  /**
   * Opens a model with its tokenizer.
   *
   * @param name a folder, {@code builtin:NAME} or a hub name
   * @throws AttuneException when there is none, it is damaged, or it does not write
   */
  public static TextGenerator open(String name) {
    return open(name, false);
  }

  /**
   * The same in bf16: half the memory, and faster where a processor has it.
   *
   * @param half whether to
   */
  public static TextGenerator open(String name, boolean half) {
    try (Checkpoint checkpoint = Checkpoint.open(name)) {
      Model model = Pretrained.load(checkpoint).model();
      Generator.of(model); // refuses models that do not write
      if (half) {
        model.matricesTo(DType.BF16);
      }
      GenerationDefaults saved = GenerationDefaults.of(checkpoint);
      Optional<Tokenizer> tokenizer = tokenizer(checkpoint);
      GenerationConfig settings = withStart(GenerationConfig.of(saved), model);
      return new TextGenerator(model, tokenizer, settings, warnings(saved, settings), half);
    }
  }

  /** Empty where the folder has no file of one: token ids can be written all the same. */
  private static Optional<Tokenizer> tokenizer(Checkpoint checkpoint) {
    try (Stream<Path> files = Files.list(checkpoint.folder())) {
      boolean there =
          files
              .map(file -> file.getFileName().toString())
              .anyMatch(file -> TOKENIZER_FILE.matcher(file).matches());
      return there ? Optional.of(checkpoint.tokenizer()) : Optional.empty();
    } catch (IOException e) {
      throw new AttuneException(
          "generate: " + checkpoint.folder() + " could not be read: " + e.getMessage(), e);
    }
  }

  private static GenerationConfig withStart(GenerationConfig config, Model model) {
    return config.ids().decoderStartTokenId().isEmpty() && model instanceof EncoderDecoder two
        ? config.withIds(config.ids().withDecoderStart(two.decoderStartTokenId()))
        : config;
  }

  private static List<String> warnings(GenerationDefaults saved, GenerationConfig settings) {
    List<String> warnings = new ArrayList<>();
    SavedSettings.notApplied(saved)
        .forEach(
            key -> warnings.add("generate: generation_config.json sets " + key + ", not applied"));
    if (settings.ids().eosTokenId().isEmpty()) {
      warnings.add("generate: the model names no eos_token_id; only max_new_tokens ends a text");
    }
    return List.copyOf(warnings);
  }

  /** What generation_config.json asks for: a start for settings of one's own. */
  public GenerationConfig settings() {
    return settings;
  }

  /** What is worth knowing before one writes, one line each. */
  public List<String> warnings() {
    return warnings;
  }

  public Model model() {
    return model;
  }

  /**
   * The model's tokenizer.
   *
   * @throws AttuneException when the model came without one
   */
  public Tokenizer tokenizer() {
    return tokenizer.orElseThrow(
        () ->
            new AttuneException(
                "generate: the model's folder has no tokenizer; give token ids, or put its"
                    + " tokenizer.json there"));
  }

  /** Whether there is a tokenizer: without one only token ids can be given and are written. */
  public boolean hasTokenizer() {
    return tokenizer.isPresent();
  }

  /** Whether a prompt goes to an encoder of its own. */
  public boolean encoderDecoder() {
    return ((GenerativeModel) model).encoderDecoder();
  }

  // ---- writing

  /** The best text behind a prompt, without the prompt and without special tokens. */
  public String generate(String prompt, GenerationConfig config) {
    return decode(generate(List.of(encode(prompt)), config, () -> false).get(0).get(0).tokenIds());
  }

  /**
   * The same, handing out each piece as it is written: whole characters only.
   *
   * @param cancelled asked after each token; the text then ends where it is
   * @throws org.attune.UsageException for beam search, which changes its mind
   */
  public Generated stream(
      String prompt, GenerationConfig config, Consumer<String> piece, BooleanSupplier cancelled) {
    TokenStream text = tokenizer().stream(true);
    Generator telling =
        generator(cancelled)
            .withListener(
                (number, choice, token) -> {
                  String complete = text.push(token);
                  if (!complete.isEmpty()) {
                    piece.accept(complete);
                  }
                });
    Generated result = run(telling, List.of(encode(prompt)), config).get(0).get(0);
    String rest = text.finish();
    if (!rest.isEmpty()) {
      piece.accept(rest);
    }
    return result;
  }

  /**
   * Writes behind token ids.
   *
   * @param cancelled asked after each token
   * @return {@code num_return_sequences} texts a prompt, best first
   */
  public List<List<Generated>> generate(
      List<int[]> prompts, GenerationConfig config, BooleanSupplier cancelled) {
    return run(generator(cancelled), prompts, config);
  }

  /** The same, so many rows (prompts times beams) at a time. */
  public List<List<Generated>> generate(List<int[]> prompts, GenerationConfig config, int rows) {
    return run(generator(() -> false).withRows(rows), prompts, config);
  }

  private List<List<Generated>> run(
      Generator generator, List<int[]> prompts, GenerationConfig config) {
    return half
        ? Autocast.bf16(() -> generator.generate(prompts, config))
        : generator.generate(prompts, config);
  }

  /** A generator over this model, for callers with token ids of their own. */
  public Generator generator(BooleanSupplier cancelled) {
    return Generator.of(model)
        .withDecoder(ids -> tokenizer().decode(ids, true))
        .withCancel(cancelled);
  }

  // ---- text and ids

  /** The prompt's token ids, with the special tokens its tokenizer adds. */
  public int[] encode(String prompt) {
    return tokenizer().encode(prompt).ids();
  }

  /** The text of written ids, without special tokens. */
  public String decode(int[] ids) {
    return tokenizer().decode(ids, true);
  }

  /** What the decoder of an encoder-decoder begins with; empty for a decoder alone. */
  public Optional<Integer> decoderStart(GenerationConfig config) {
    if (!encoderDecoder()) {
      return Optional.empty();
    }
    SpecialIds ids = config.ids();
    return Optional.of(ids.decoderStartTokenId().orElseGet(() -> ids.bosTokenId().orElseThrow()));
  }

  @Override
  public void close() {
    model.close();
    tokenizer.ifPresent(Tokenizer::close);
  }
}
