package org.attune.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;

/**
 * One tokenizer of the Rust library, without truncation and padding. Thread-safe; freed by {@link
 * #close()}, or when nothing refers to it any more.
 *
 * <p>Speaks to the library's native methods directly: DJL's wrapper sends telemetry on creation and
 * copies each token's text and masks that nobody here asks for, which halves the speed.
 */
final class RustTokenizer implements AutoCloseable {
  private static final TokenizersLibrary RUST = TokenizersLibrary.LIB;
  private static final Cleaner CLEANER = Cleaner.create();

  private final Handle handle;
  private final Cleaner.Cleanable cleanable;

  /**
   * Reads a tokenizer.json.
   *
   * @throws RuntimeException with the library's words when the document is no tokenizer
   */
  RustTokenizer(String json) {
    NativeLibrary.load();
    handle = new Handle(RUST.createTokenizerFromString(json));
    cleanable = CLEANER.register(this, handle);
    RUST.disableTruncation(handle.address);
    RUST.disablePadding(handle.address);
  }

  /**
   * What the library says of an input; spans are counted in code points, null where it has none.
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never kept
  record Output(long[] ids, long[] typeIds, long[] wordIds, long[] sequenceIds, CharSpan[] spans) {}

  /** Special tokens are added. The text must hold no lone surrogates. */
  Output encode(String text) {
    return call(address -> read(RUST.encode(address, text, true)));
  }

  /**
   * The text's tokens alone: nothing is added, special tokens are found where the text has them.
   */
  Output encodeBare(String text) {
    return call(address -> read(RUST.encode(address, text, false)));
  }

  Output encode(String text, String pair) {
    return call(address -> read(RUST.encodeDual(address, text, pair, true)));
  }

  /** The texts of the tokens, as the library's model leaves them; nothing is added. */
  String[] tokens(String text) {
    return call(
        address -> {
          long encoding = RUST.encode(address, text, false);
          try {
            return RUST.getTokens(encoding);
          } finally {
            RUST.deleteEncoding(encoding);
          }
        });
  }

  String decode(long[] ids, boolean skipSpecialTokens) {
    return call(address -> RUST.decode(address, ids, skipSpecialTokens));
  }

  private static Output read(long encoding) {
    try {
      return new Output(
          RUST.getTokenIds(encoding),
          RUST.getTypeIds(encoding),
          RUST.getWordIds(encoding),
          RUST.getSequenceIds(encoding),
          RUST.getTokenCharSpans(encoding));
    } finally {
      RUST.deleteEncoding(encoding);
    }
  }

  /** Keeps the native object alive during the call: freeing it meanwhile would end the JVM. */
  private <T> T call(LongFunction<T> action) {
    handle.lock.readLock().lock();
    try {
      if (handle.address == 0) {
        throw new IllegalStateException(
            "the tokenizer is closed; closing one closes all views made by truncateTo");
      }
      return action.apply(handle.address);
    } finally {
      handle.lock.readLock().unlock();
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void close() {
    cleanable.clean();
  }

  /**
   * The native address, 0 once freed; apart from its owner, so that the cleaner does not hold it.
   */
  private static final class Handle implements Runnable {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private long address;

    private Handle(long address) {
      this.address = address;
    }

    @Override
    public void run() {
      lock.writeLock().lock();
      try {
        RUST.deleteTokenizer(address);
        address = 0;
      } finally {
        lock.writeLock().unlock();
      }
    }
  }
}
