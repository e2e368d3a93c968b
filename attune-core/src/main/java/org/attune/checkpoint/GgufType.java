package org.attune.checkpoint;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * How GGUF stores the numbers of a tensor: plain, or in blocks that share a scale. The layouts are
 * those of ggml's {@code ggml-common.h}; d and m are half-precision floats, a nibble is four bits,
 * the low one of a byte first.
 */
enum GgufType {
  F32(0, 1, 4) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      out.put(in.getFloat());
    }
  },
  F16(1, 1, 2) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      out.put(half(in.getShort()));
    }
  },
  /** d, then 16 bytes: element i is (low nibble of byte i - 8) d, element i + 16 its high one. */
  Q4_0(2, 32, 18) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      float d = half(in.getShort());
      nibbles(in, out, d, -8 * d);
    }
  },
  /** d, m, then 16 bytes as in Q4_0: nibble d + m. */
  Q4_1(3, 32, 20) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      float d = half(in.getShort());
      nibbles(in, out, d, half(in.getShort()));
    }
  },
  /** d, then 32 signed bytes. */
  Q8_0(8, 32, 34) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      float d = half(in.getShort());
      for (int i = 0; i < 32; i++) {
        out.put(d * in.get());
      }
    }
  },
  /**
   * d, m, 12 bytes that hold 8 scales and 8 minimums of six bits, 128 bytes of nibbles: 8 groups of
   * 32 elements, d scale nibble - m minimum.
   */
  Q4_K(12, 256, 144) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      float d = half(in.getShort());
      float m = half(in.getShort());
      int scales = in.position();
      in.position(scales + 12);
      for (int pair = 0; pair < 4; pair++) {
        int bytes = in.position();
        for (int high = 0; high < 2; high++) {
          int group = 2 * pair + high;
          float scale = d * sixBits(in, scales, group, 0);
          float minimum = m * sixBits(in, scales, group, 4);
          for (int i = 0; i < 32; i++) {
            int nibble = (in.get(bytes + i) >> (4 * high)) & 15;
            out.put(scale * nibble - minimum);
          }
        }
        in.position(bytes + 32);
      }
    }
  },
  /**
   * 128 bytes with the low four bits, 64 with the high two, 16 signed scales, d: 16 groups of 16
   * elements, d scale (six bits - 32).
   */
  Q6_K(14, 256, 210) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      int low = in.position();
      int high = low + 128;
      int scales = high + 64;
      float d = half(in.getShort(scales + 16));
      for (int i = 0; i < 256; i++) {
        int part = i / 128; // two halves, each of four runs of 32
        int run = i % 128 / 32;
        int at = i % 32;
        int nibble = (in.get(low + 64 * part + 32 * (run % 2) + at) >> (4 * (run / 2))) & 15;
        int two = (in.get(high + 32 * part + at) >> (2 * run)) & 3;
        out.put(d * in.get(scales + i / 16) * ((nibble | (two << 4)) - 32));
      }
      in.position(scales + 18);
    }
  },
  BF16(30, 1, 2) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      out.put(Float.intBitsToFloat(in.getShort() << 16));
    }
  };

  private final int code;
  private final int blockElements;
  private final int blockBytes;

  GgufType(int code, int blockElements, int blockBytes) {
    this.code = code;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /** The type of ggml's number, if Attune reads it. */
  static Optional<GgufType> of(int code) {
    return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
  }

  int blockElements() {
    return blockElements;
  }

  int blockBytes() {
    return blockBytes;
  }

  /**
   * Turns whole blocks into floats.
   *
   * @param in little-endian, a multiple of {@link #blockBytes}
   * @param out room for their elements
   */
  void decode(ByteBuffer in, FloatBuffer out) {
    while (in.hasRemaining()) {
      block(in, out);
    }
  }

  abstract void block(ByteBuffer in, FloatBuffer out);

  private static void nibbles(ByteBuffer in, FloatBuffer out, float d, float m) {
    int bytes = in.position();
    for (int i = 0; i < 16; i++) {
      out.put((in.get(bytes + i) & 15) * d + m);
    }
    for (int i = 0; i < 16; i++) {
      out.put(((in.get(bytes + i) >> 4) & 15) * d + m);
    }
    in.position(bytes + 16);
  }

  /**
   * One of Q4_K's packed numbers: the first four groups lie in six bits of a byte; of the others
   * four bits lie in the last bytes and two above the first four's.
   *
   * @param minimum 4 for a minimum, 0 for a scale
   */
  private static int sixBits(ByteBuffer in, int at, int group, int minimum) {
    if (group < 4) {
      return in.get(at + group + minimum) & 63;
    }
    int low = (in.get(at + group + 4) >> minimum) & 15;
    int high = (in.get(at + group - 4 + minimum) >> 6) & 3;
    return low | (high << 4);
  }

  /** IEEE half precision; Java has a method for it only from version 20 on. */
  static float half(short bits) {
    int exponent = (bits >> 10) & 31;
    int fraction = bits & 1023;
    float magnitude;
    if (exponent == 0) {
      magnitude = fraction * 0x1p-24f;
    } else if (exponent == 31) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else {
      magnitude = Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
    }
    return bits < 0 ? -magnitude : magnitude;
  }
}
