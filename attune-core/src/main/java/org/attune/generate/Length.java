package org.attune.generate;

import java.util.OptionalInt;
import org.attune.UsageException;

/**
 * How long a text may and must become, in tokens. Where both forms of a limit are given, that of
 * the new tokens counts; where neither is, 20 new ones are written, as transformers does.
 *
 * @param maxNewTokens most tokens written
 * @param maxLength most tokens of a decoder's sequence: its prompt, or its start token, included
 * @param minNewTokens tokens before which no end token may come
 * @param minLength the same, counted as {@code maxLength}
 */
public record Length(
    OptionalInt maxNewTokens, OptionalInt maxLength, OptionalInt minNewTokens, int minLength) {
  /** New tokens where nobody says how many. */
  public static final int DEFAULT_NEW_TOKENS = 20;

  public static final Length DEFAULT =
      new Length(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), 0);

  public Length {
    maxNewTokens.ifPresent(n -> Bounds.atLeast("max_new_tokens", n, 1));
    maxLength.ifPresent(n -> Bounds.atLeast("max_length", n, 1));
    minNewTokens.ifPresent(n -> Bounds.atLeast("min_new_tokens", n, 0));
    Bounds.atLeast("min_length", minLength, 0);
    if (maxNewTokens.isPresent() && minNewTokens.orElse(0) > maxNewTokens.getAsInt()) {
      throw new UsageException(
          "generate: min_new_tokens ("
              + minNewTokens.getAsInt()
              + ") is above max_new_tokens ("
              + maxNewTokens.getAsInt()
              + ")");
    }
    if (maxNewTokens.isEmpty() && maxLength.isPresent() && minLength > maxLength.getAsInt()) {
      throw new UsageException(
          "generate: min_length ("
              + minLength
              + ") is above max_length ("
              + maxLength.getAsInt()
              + ")");
    }
  }

  public static Length ofNewTokens(int most) {
    return DEFAULT.withMaxNewTokens(most);
  }

  public Length withMaxNewTokens(int most) {
    return new Length(OptionalInt.of(most), maxLength, minNewTokens, minLength);
  }

  public Length withMaxLength(int most) {
    return new Length(maxNewTokens, OptionalInt.of(most), minNewTokens, minLength);
  }

  public Length withMinNewTokens(int least) {
    return new Length(maxNewTokens, maxLength, OptionalInt.of(least), minLength);
  }

  public Length withMinLength(int least) {
    return new Length(maxNewTokens, maxLength, minNewTokens, least);
  }

  /**
   * Most tokens to write behind a decoder's prompt; 0 or less where the prompt fills it already.
   */
  int newTokens(int prompt) {
    return maxNewTokens.orElseGet(
        () -> maxLength.isPresent() ? maxLength.getAsInt() - prompt : DEFAULT_NEW_TOKENS);
  }

  /** Tokens to write behind a decoder's prompt before it may end. */
  int leastNewTokens(int prompt) {
    return minNewTokens.orElseGet(() -> Math.max(0, minLength - prompt));
  }
}
