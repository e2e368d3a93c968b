package org.attune.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.tensor.Shape;

/**
 * What stands before the numbers of a GGUF file (versions 2 and 3): "GGUF", the version, how many
 * tensors and metadata entries there are, the entries, the tensors' names, sizes, types and places;
 * then, from the next multiple of {@code general.alignment}, the tensors.
 *
 * @param metadata Long, Double, Boolean, String, or a List of one of them, by key
 * @param tensors by name, in the order of the file
 * @param dataStart where the tensors' offsets count from
 */
record GgufHeader(Map<String, Object> metadata, Map<String, Stored> tensors, long dataStart) {
  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int MAX_ENTRIES = 1 << 16;
  private static final int MAX_ELEMENTS = 1 << 22; // sixteen times the largest vocabulary
  private static final int MAX_ALIGNMENT = 1 << 16;
  private static final int ARRAY = 9;

  /**
   * A tensor's place.
   *
   * @param shape row-major: the reverse of the file's dimensions
   * @param offset from {@link #dataStart}
   * @param bytes it takes
   */
  record Stored(GgufType type, Shape shape, long offset, long bytes) {}

  /**
   * Reads and checks all of it.
   *
   * @param where the file's name, for messages
   * @throws AttuneException for whatever does not fit
   */
  static GgufHeader read(FileChannel channel, String where) throws IOException {
    GgufReader in = new GgufReader(channel, where);
    if (in.remaining() < 4 || in.int32() != MAGIC) {
      throw in.damaged("does not begin with GGUF; is it a GGUF file?");
    }
    int version = in.int32();
    if (version < 2 || version > 3) {
      throw in.damaged("has version " + Integer.toUnsignedString(version) + ", expected 2 or 3");
    }
    // A tensor takes a length, a name, a count, a dimension, a type and an offset.
    int tensorCount = in.count("tensors", 8 + 4 + 8 + 4 + 8, MAX_ENTRIES);
    int entryCount = in.count("metadata entries", 8 + 4 + 1, MAX_ENTRIES);
    Map<String, Object> metadata = new LinkedHashMap<>();
    for (int i = 0; i < entryCount; i++) {
      String key = in.string();
      if (metadata.put(key, value(in, in.int32(), key)) != null) {
        throw in.damaged("has '" + key + "' twice");
      }
    }
    long alignment = alignment(metadata, in);
    Map<String, Stored> tensors = new LinkedHashMap<>();
    for (int i = 0; i < tensorCount; i++) {
      String name = in.string();
      if (tensors.put(name, tensor(in, name, alignment)) != null) {
        throw in.damaged("has the tensor '" + name + "' twice");
      }
    }
    long start = (in.position() + alignment - 1) / alignment * alignment;
    checkPlaces(tensors, channel.size() - start, in);
    return new GgufHeader(metadata, tensors, start);
  }

  private static Object value(GgufReader in, int type, String key) throws IOException {
    return switch (type) {
      case 0 -> (long) (in.int8() & 0xff);
      case 1 -> (long) in.int8();
      case 2 -> (long) (in.int16() & 0xffff);
      case 3 -> (long) in.int16();
      case 4 -> Integer.toUnsignedLong(in.int32());
      case 5 -> (long) in.int32();
      case 6 -> (double) in.float32();
      case 7 -> in.int8() != 0;
      case 8 -> in.string();
      case ARRAY -> array(in, key);
      case 10, 11 -> in.int64();
      case 12 -> in.float64();
      default -> throw in.damaged("gives '" + key + "' the type " + type + ", expected 0 to 12");
    };
  }

  private static List<Object> array(GgufReader in, String key) throws IOException {
    int type = in.int32();
    if (type == ARRAY) {
      throw in.damaged("has an array of arrays in '" + key + "', which no model needs");
    }
    int smallest = type == 8 || type >= 10 ? 8 : type >= 4 && type <= 6 ? 4 : 1;
    int count = in.count("elements of '" + key + "'", smallest, MAX_ELEMENTS);
    List<Object> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(value(in, type, key));
    }
    return values;
  }

  private static long alignment(Map<String, Object> metadata, GgufReader in) {
    Object value = metadata.getOrDefault("general.alignment", 32L);
    if (!(value instanceof Long alignment)
        || alignment < 1
        || alignment > MAX_ALIGNMENT
        || Long.bitCount(alignment) != 1) {
      throw in.damaged(
          "has general.alignment " + value + ", expected a power of two up to " + MAX_ALIGNMENT);
    }
    return alignment;
  }

  private static Stored tensor(GgufReader in, String name, long alignment) throws IOException {
    int rank = in.int32();
    if (rank < 1 || rank > 4) {
      throw in.damaged(
          "gives '"
              + name
              + "' "
              + Integer.toUnsignedString(rank)
              + " dimensions, expected 1 to 4");
    }
    long[] dims = new long[rank]; // the file has the fastest first
    for (int i = rank - 1; i >= 0; i--) {
      dims[i] = in.int64();
    }
    int code = in.int32();
    GgufType type =
        GgufType.of(code)
            .orElseThrow(
                () ->
                    in.damaged(
                        "stores '"
                            + name
                            + "' as type "
                            + Integer.toUnsignedString(code)
                            + "; known are F32, F16, BF16, Q4_0, Q4_1, Q8_0, Q4_K, Q6_K: convert"
                            + " it to one of them with llama-quantize"));
    long offset = in.int64();
    if (offset < 0 || offset % alignment != 0) {
      throw in.damaged(
          "puts '"
              + name
              + "' at "
              + Long.toUnsignedString(offset)
              + ", expected a multiple of "
              + alignment);
    }
    long bytes = bytes(in, name, type, dims); // checks the sizes first
    return new Stored(type, Shape.of(dims), offset, bytes);
  }

  private static long bytes(GgufReader in, String name, GgufType type, long[] dims) {
    long elements = 1;
    for (long dim : dims) {
      // Far from an overflow of the next product, and beyond any file.
      if (dim < 1 || dim > 1L << 40 || elements > (1L << 50) / dim) {
        throw in.damaged("gives '" + name + "' a dimension of " + Long.toUnsignedString(dim));
      }
      elements *= dim;
    }
    if (dims[dims.length - 1] % type.blockElements() != 0) {
      throw in.damaged(
          "has rows of "
              + dims[dims.length - 1]
              + " in '"
              + name
              + "', which blocks of "
              + type.blockElements()
              + " do not fill");
    }
    return elements / type.blockElements() * type.blockBytes();
  }

  /** Every tensor lies within the file, and none over another. */
  private static void checkPlaces(Map<String, Stored> tensors, long available, GgufReader in) {
    List<Map.Entry<String, Stored>> placed = new ArrayList<>(tensors.entrySet());
    placed.sort(Map.Entry.comparingByValue(Comparator.comparingLong(Stored::offset)));
    long free = 0;
    for (Map.Entry<String, Stored> entry : placed) {
      Stored stored = entry.getValue();
      if (stored.offset() < free) {
        throw in.damaged("puts '" + entry.getKey() + "' over another tensor");
      }
      if (stored.bytes() > available || stored.offset() > available - stored.bytes()) {
        throw in.damaged(
            "puts '"
                + entry.getKey()
                + "' beyond its end: "
                + stored.bytes()
                + " bytes at "
                + stored.offset()
                + " of "
                + Math.max(0, available)
                + "; is it truncated?");
      }
      free = stored.offset() + stored.bytes();
    }
  }

  // ---- metadata

  Optional<String> string(String key) {
    return typed(key, String.class, "a string");
  }

  Optional<Long> integer(String key) {
    return typed(key, Long.class, "a whole number");
  }

  Optional<Boolean> flag(String key) {
    return typed(key, Boolean.class, "true or false");
  }

  /** A number with or without a fraction. */
  Optional<Double> number(String key) {
    return typed(key, Number.class, "a number").map(Number::doubleValue);
  }

  /** A list; empty when the key is absent. */
  List<?> list(String key) {
    return typed(key, List.class, "an array").orElse(List.of());
  }

  private <T> Optional<T> typed(String key, Class<T> type, String expected) {
    Object value = metadata.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      String text = String.valueOf(value);
      throw new AttuneException(
          "gguf: "
              + key
              + " is "
              + (text.length() > 60 ? text.substring(0, 60) + ".." : text)
              + ", expected "
              + expected);
    }
    return Optional.of(type.cast(value));
  }
}
