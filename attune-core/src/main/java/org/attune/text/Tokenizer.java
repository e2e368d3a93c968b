package org.attune.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.UsageException;

/**
 * Turns text into the ids a model was trained with, as transformers' fast tokenizers do.
 *
 * <p>Thread-safe. {@link #truncateTo} returns a view that shares the native tokenizer; closing one
 * closes all.
 */
public final class Tokenizer implements AutoCloseable {
  private final RustTokenizer rust;
  private final TokenizerFolder folder;
  private final int maxLength;
  private final boolean segments;

  private Tokenizer(RustTokenizer rust, TokenizerFolder folder, int maxLength) {
    this.rust = rust;
    this.folder = folder;
    this.maxLength = maxLength;
    this.segments = folder.hasSegments();
  }

  /**
   * Loads a folder's tokenizer.json, or else the vocabulary of an older kind of folder (see the
   * package's description); or one such file.
   *
   * @throws AttuneException when neither is there or the file is damaged
   */
  public static Tokenizer load(Path path) {
    return of(TokenizerFolder.read(path));
  }

  /**
   * The tokenizer that a GGUF file holds.
   *
   * @throws AttuneException when its vocabulary is damaged, or of a kind that is not read
   */
  public static Tokenizer of(GgufVocabulary vocabulary) {
    return of(TokenizerFolder.of(vocabulary));
  }

  /** Whether a folder holds the files of a tokenizer, sound or not. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve("tokenizer.json")) || SlowFolders.find(folder).isPresent();
  }

  private static Tokenizer of(TokenizerFolder folder) {
    try {
      RustTokenizer rust = new RustTokenizer(new String(folder.json(), StandardCharsets.UTF_8));
      return new Tokenizer(rust, folder, folder.modelMaxLength());
    } catch (AttuneException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new AttuneException(
          "text: "
              + folder.source()
              + " is not a tokenizer the tokenizers library can read: "
              + e.getMessage(),
          e);
    }
  }

  /** The same tokenizer with inputs cut to this many tokens, special ones included. */
  public Tokenizer truncateTo(int length) {
    if (length < 1) {
      throw new UsageException("text: max_length is " + length + ", expected at least 1");
    }
    return new Tokenizer(rust, folder, length);
  }

  /** Most tokens an encoding has; {@code Integer.MAX_VALUE} when nothing limits it. */
  public int maxLength() {
    return maxLength;
  }

  /** What the files carried that is not applied, one line each. */
  public List<String> warnings() {
    return folder.warnings();
  }

  // ---- encoding

  public Encoding encode(String text) {
    String clean = withoutLoneSurrogates(text);
    return convert(run(() -> rust.encode(clean)), clean, "");
  }

  /**
   * Encodes a text that holds its special tokens itself, such as a rendered chat: none is added.
   */
  public Encoding encodeBare(String text) {
    String clean = withoutLoneSurrogates(text);
    return convert(run(() -> rust.encodeBare(clean)), clean, "");
  }

  public Encoding encode(String text, String pair) {
    String first = withoutLoneSurrogates(text);
    String second = withoutLoneSurrogates(pair);
    return convert(run(() -> rust.encode(first, second)), first, second);
  }

  /** Its only failure on a sound file: a word in no vocabulary, and no token for unknown ones. */
  private RustTokenizer.Output run(Supplier<RustTokenizer.Output> encode) {
    try {
      return encode.get();
    } catch (IllegalStateException e) {
      throw e; // closed
    } catch (RuntimeException e) {
      throw new AttuneException(
          "text: " + folder.source() + " cannot encode a text: " + e.getMessage(), e);
    }
  }

  /** Encodes on all cores; the result is in the texts' order. */
  public List<Encoding> encodeAll(List<String> texts) {
    return inParallel(texts.size(), i -> encode(texts.get(i)));
  }

  /** Encodes text i with pair i, on all cores; the result is in their order. */
  public List<Encoding> encodePairs(List<String> texts, List<String> pairs) {
    if (texts.size() != pairs.size()) {
      throw new IllegalArgumentException(
          texts.size() + " texts, but " + pairs.size() + " second texts");
    }
    return inParallel(texts.size(), i -> encode(texts.get(i), pairs.get(i)));
  }

  // Java's threads around single calls: half as fast again as the library's own batch call, which
  // also
  // holds every native encoding of the batch at once.
  private static List<Encoding> inParallel(int count, IntFunction<Encoding> encode) {
    return IntStream.range(0, count).parallel().mapToObj(encode).toList();
  }

  private Encoding convert(RustTokenizer.Output output, String first, String second) {
    int[] sequences = ints(output.sequenceIds());
    int length = sequences.length;
    int[] starts = new int[length];
    int[] ends = new int[length];
    Utf16Index firstIndex = Utf16Index.of(first);
    Utf16Index secondIndex = Utf16Index.of(second);
    CharSpan[] spans = output.spans();
    for (int i = 0; i < length; i++) {
      if (spans[i] != null && sequences[i] >= 0) {
        Utf16Index index = sequences[i] == 0 ? firstIndex : secondIndex;
        starts[i] = index.ofCodePoint(spans[i].getStart());
        ends[i] = index.ofCodePoint(spans[i].getEnd());
      }
    }
    Encoding whole =
        new Encoding(
            ints(output.ids()),
            segments ? ints(output.typeIds()) : new int[length],
            ints(output.wordIds()),
            sequences,
            starts,
            ends,
            length);
    return Truncation.toLength(whole, maxLength);
  }

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  /**
   * Half a surrogate pair is no character, and the native side cannot be handed one; it becomes
   * U+FFFD, as when Java writes such a string to a file.
   */
  static String withoutLoneSurrogates(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return replaceLoneSurrogates(text);
      }
    }
    return text;
  }

  private static String replaceLoneSurrogates(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  // ---- decoding and vocabulary

  /**
   * The text of these ids, with spaces cleaned up where tokenizer_config.json asks for it. Ids
   * beyond the vocabulary, which a model padded to a round size can produce, have no text.
   */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    for (int id : ids) {
      if (id < 0) {
        throw new IllegalArgumentException(
            "cannot decode "
                + id
                + ": ids are not negative; are these labels with ignored places?");
      }
    }
    String text = rust.decode(Arrays.stream(ids).asLongStream().toArray(), skipSpecialTokens);
    return folder.cleansUpSpaces() ? CleanUp.of(text) : text;
  }

  /**
   * The template that writes a chat as this model reads it; empty where the checkpoint has none.
   *
   * @throws AttuneException when it cannot be read
   */
  public Optional<ChatTemplate> chatTemplate() {
    return chatTemplate("default");
  }

  /** The template of this name, where a checkpoint has several: {@code tool_use}, {@code rag}. */
  public Optional<ChatTemplate> chatTemplate(String name) {
    return folder
        .chatTemplate(name)
        .map(source -> new ChatTemplate(source, folder.specialTokens().byRole()));
  }

  /** Decodes tokens one by one, for text that is shown while it is generated. */
  public TokenStream stream(boolean skipSpecialTokens) {
    return new TokenStream(this, skipSpecialTokens);
  }

  /** One more than the largest id. */
  public int vocabularySize() {
    return folder.file().largestId() + 1;
  }

  /**
   * Refuses a model whose embedding has no row for some of this tokenizer's ids. A model may have
   * more rows: many are padded to a round number.
   *
   * @param vocabularySize the model's {@code vocab_size}
   * @param model for messages: where it says so
   */
  public void requireFits(int vocabularySize, String model) {
    if (vocabularySize() > vocabularySize) {
      throw new AttuneException(
          "text: "
              + folder.source()
              + " has ids up to "
              + (vocabularySize() - 1)
              + ", but the model has only "
              + vocabularySize
              + " embeddings (vocab_size of "
              + model
              + "); use the tokenizer the model was trained with");
    }
  }

  /** The id of an added or special token, such as {@code [MASK]}. */
  public OptionalInt specialId(String token) {
    Integer id = folder.file().addedTokens().get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The ids of all special tokens, which {@code skipSpecialTokens} leaves out. */
  public Set<Integer> specialIds() {
    return folder.file().specialIds();
  }

  /** The token that begins a text. */
  public OptionalInt bosId() {
    return roleId("bos_token");
  }

  /** The token that ends a text; generation stops at it. */
  public OptionalInt eosId() {
    return roleId("eos_token");
  }

  /** The token that stands for what the vocabulary cannot spell. */
  public OptionalInt unkId() {
    return roleId("unk_token");
  }

  /** The token whose hidden state stands for the whole text. */
  public OptionalInt clsId() {
    return roleId("cls_token");
  }

  /** The token between two texts, and after the last. */
  public OptionalInt sepId() {
    return roleId("sep_token");
  }

  /** The token that hides another in masked language modelling. */
  public OptionalInt maskId() {
    return roleId("mask_token");
  }

  /** Whether there is a token for padding; {@link #padId()} is 0 if not. */
  public boolean hasPad() {
    return roleId("pad_token").isPresent();
  }

  /**
   * The id that fills rows up to the batch's length; masked, so that its choice changes no result.
   */
  public int padId() {
    return roleId("pad_token").orElse(0);
  }

  private OptionalInt roleId(String role) {
    return folder.specialTokens().of(role).map(this::specialId).orElse(OptionalInt.empty());
  }

  /**
   * Writes tokenizer.json, tokenizer_config.json and special_tokens_map.json, and vocab.txt where
   * there was one, so that transformers loads the folder and gives the same ids. Each file appears
   * whole or not at all; a caller who needs that of the folder stages it.
   */
  public void save(Path target) throws IOException {
    folder.save(target);
  }

  @Override
  public void close() {
    rust.close();
  }
}
