package org.attune.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;
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
  private final HuggingFaceTokenizer rust;
  private final TokenizerFolder folder;
  private final int maxLength;

  private Tokenizer(HuggingFaceTokenizer rust, TokenizerFolder folder, int maxLength) {
    this.rust = rust;
    this.folder = folder;
    this.maxLength = maxLength;
  }

  /**
   * Loads a folder's tokenizer.json, or else its WordPiece vocab.txt.
   *
   * @throws AttuneException when neither is there or the file is damaged
   */
  public static Tokenizer load(Path path) {
    TokenizerFolder folder = TokenizerFolder.read(path);
    try {
      HuggingFaceTokenizer rust =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(folder.json()),
              Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true"));
      return new Tokenizer(rust, folder, folder.modelMaxLength());
    } catch (IOException | RuntimeException e) {
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
    return folder.file().warnings();
  }

  // ---- encoding

  public Encoding encode(String text) {
    String clean = withoutLoneSurrogates(text);
    return convert(rust.encode(clean, true, false), clean, "");
  }

  public Encoding encode(String text, String pair) {
    String first = withoutLoneSurrogates(text);
    String second = withoutLoneSurrogates(pair);
    return convert(rust.encode(first, second, true, false), first, second);
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

  private Encoding convert(
      ai.djl.huggingface.tokenizers.Encoding native_, String first, String second) {
    int[] sequences = ints(native_.getSequenceIds());
    int length = sequences.length;
    int[] starts = new int[length];
    int[] ends = new int[length];
    Utf16Index firstIndex = Utf16Index.of(first);
    Utf16Index secondIndex = Utf16Index.of(second);
    CharSpan[] spans = native_.getCharTokenSpans();
    for (int i = 0; i < length; i++) {
      if (spans[i] != null && sequences[i] >= 0) {
        Utf16Index index = sequences[i] == 0 ? firstIndex : secondIndex;
        starts[i] = index.ofCodePoint(spans[i].getStart());
        ends[i] = index.ofCodePoint(spans[i].getEnd());
      }
    }
    Encoding whole =
        new Encoding(
            ints(native_.getIds()),
            ints(native_.getTypeIds()),
            ints(native_.getWordIds()),
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
  private static String withoutLoneSurrogates(String text) {
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

  /** The text of these ids. */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    return rust.decode(Arrays.stream(ids).asLongStream().toArray(), skipSpecialTokens);
  }

  /** One more than the largest id. */
  public int vocabularySize() {
    return folder.file().largestId() + 1;
  }

  /** The id of an added or special token, such as {@code [MASK]}. */
  public OptionalInt specialId(String token) {
    Integer id = folder.file().addedTokens().get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /**
   * The id that fills rows up to the batch's length; masked, so that its choice changes no result.
   */
  public int padId() {
    JsonNode named = folder.settings().path("pad_token");
    String token = named.isObject() ? named.path("content").asText("") : named.asText("");
    for (String candidate : List.of(token, "[PAD]", "<pad>")) {
      OptionalInt id = specialId(candidate);
      if (id.isPresent()) {
        return id.getAsInt();
      }
    }
    return 0;
  }

  /**
   * Writes tokenizer.json and the files beside it, so that transformers loads the folder. The
   * caller stages the folder if it must appear whole or not at all.
   */
  public void save(Path target) throws IOException {
    folder.save(target);
  }

  @Override
  public void close() {
    rust.close();
  }
}
