package org.attune.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.GenerationDefaults;
import org.attune.models.EncoderDecoder;
import org.attune.models.GenerativeModel;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.tensor.Autocast;
import org.attune.tensor.DType;
import org.attune.tensor.Engine;
import org.attune.text.ChatTemplate;
import org.attune.text.ChatTemplate.Chat;
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
  private static final String TOOL_USE = "tool_use";

  private static final int STEPS_THAT_PAY = 64;

  /** Of the machine's memory the packed matrices take one part in so many at most. */
  private static final int MEMORY_SHARE = 8;

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
      try {
        return of(checkpoint, model, half);
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
    }
  }

  private static TextGenerator of(Checkpoint checkpoint, Model model, boolean half) {
    Generator.of(model); // refuses models that do not write
    Optional<Tokenizer> tokenizer = tokenizer(checkpoint, model);
    if (half) {
      model.matricesTo(DType.BF16);
    }
    GenerationDefaults saved = GenerationDefaults.of(checkpoint);
    GenerationConfig settings = withStart(GenerationConfig.of(saved), model);
    return new TextGenerator(model, tokenizer, settings, warnings(saved, settings), half);
  }

  /** Empty where there is none: token ids can be written all the same. */
  private static Optional<Tokenizer> tokenizer(Checkpoint checkpoint, Model model) {
    if (!checkpoint.hasTokenizer()) {
      return Optional.empty();
    }
    checkpoint.tokenizer().requireFits(model.vocabularySize(), checkpoint.name());
    return Optional.of(checkpoint.tokenizer());
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
    return best(encode(prompt), config);
  }

  /** The best answer to a chat. */
  public String reply(Chat chat, GenerationConfig config) {
    return best(encode(chat), config);
  }

  private String best(int[] prompt, GenerationConfig config) {
    return decode(generate(List.of(prompt), config, () -> false).get(0).get(0).tokenIds());
  }

  /**
   * The same, handing out each piece as it is written: whole characters only.
   *
   * @param cancelled asked after each token; the text then ends where it is
   * @throws org.attune.UsageException for beam search, which changes its mind
   */
  public Generated stream(
      String prompt, GenerationConfig config, Consumer<String> piece, BooleanSupplier cancelled) {
    return stream(encode(prompt), config, piece, cancelled);
  }

  /** The same behind token ids. */
  public Generated stream(
      int[] prompt, GenerationConfig config, Consumer<String> piece, BooleanSupplier cancelled) {
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
    Generated result = run(telling, List.of(prompt), config).get(0).get(0);
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
    if (packingPays(prompts, config)) {
      model.packMatrices();
    }
    return half
        ? Autocast.bf16(() -> generator.generate(prompts, config))
        : generator.generate(prompts, config);
  }

  /**
   * Packing costs as much time as some dozens of tokens and the memory of the matrices again
   * (docs/performance.md).
   */
  private boolean packingPays(List<int[]> prompts, GenerationConfig config) {
    int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
    long batches = 1 + (long) prompts.size() * config.rowsPerPrompt() / Generator.ROWS;
    long steps = batches * config.length().newTokens(encoderDecoder() ? 1 : longest);
    long bytes = model.parameterCount() * (half ? DType.BF16 : DType.F32).bytes();
    return steps >= STEPS_THAT_PAY && bytes <= Engine.machineMemoryBytes() / MEMORY_SHARE;
  }

  /** A generator over this model, for callers with token ids of their own. */
  public Generator generator(BooleanSupplier cancelled) {
    return Generator.of(model)
        .withDecoder(ids -> tokenizer().decode(ids, true))
        .withCancel(cancelled);
  }

  // ---- text and ids

  /**
   * The prompt's token ids, with the special tokens its tokenizer adds. An encoder's is cut at the
   * tokenizer's {@code model_max_length}; a decoder's never, as its end is what is written on from.
   */
  public int[] encode(String prompt) {
    return (encoderDecoder() ? tokenizer() : uncut()).encode(prompt).ids();
  }

  /**
   * A chat's token ids up to where the model's answer begins, as its chat template writes them: the
   * template {@code tool_use} where there are tools and such a template, else the default one.
   *
   * @throws AttuneException when the tokenizer has no template, or it refuses the chat
   */
  public int[] encode(Chat chat) {
    boolean tools = !chat.tools().isEmpty() && tokenizer().chatTemplate(TOOL_USE).isPresent();
    return encode(chat, tools ? TOOL_USE : "default");
  }

  /** The same by the template of this name. */
  public int[] encode(Chat chat, String template) {
    ChatTemplate writer =
        tokenizer()
            .chatTemplate(template)
            .orElseThrow(
                () ->
                    new AttuneException(
                        "generate: the model's tokenizer has no chat template"
                            + (template.equals("default") ? "" : " '" + template + "'")
                            + "; put one into its folder as chat_template.jinja, or give the"
                            + " prompt as the model reads it"));
    return uncut().encodeBare(writer.render(chat, true).text()).ids();
  }

  private Tokenizer uncut() {
    return tokenizer().truncateTo(Integer.MAX_VALUE);
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
