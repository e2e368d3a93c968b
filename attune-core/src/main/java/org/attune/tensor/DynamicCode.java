package org.attune.tensor;

import java.util.Arrays;

/**
 * The 256 values of dynamic quantization (Dettmers 2016; Dettmers et al. 2022, section 1.3): 0, 1,
 * and for each of seven decades below 1 evenly spaced fractions, twice as many from decade to
 * decade, so that numbers near 1 are told apart finely and those of 1e-6 still are not zero. Signed
 * ones have each fraction with both signs; unsigned ones have twice as many fractions.
 */
final class DynamicCode {
  private static final int VALUES = 256;
  private static final int DECADES = 7;

  private final float[] values = new float[VALUES]; // ascending
  private final float[] middles = new float[VALUES]; // between a value and the next; the last: none

  /** By the upper 16 bits of a number: the code of the least number that begins with them. */
  private final short[] lowest = new short[1 << 16];

  private DynamicCode(boolean signed) {
    values[0] = 0;
    values[1] = 1;
    int at = 2;
    for (int bits = 0; bits < DECADES; bits++) {
      int count = signed ? 1 << bits : 2 << bits;
      for (int i = 0; i < count; i++) {
        double middle = 0.1 + 0.9 * (i + 0.5) / count;
        float value = (float) (middle * Math.pow(10, bits - DECADES + 1));
        values[at++] = value;
        if (signed) {
          values[at++] = -value;
        }
      }
    }
    Arrays.sort(values);
    for (int i = 0; i + 1 < VALUES; i++) {
      middles[i] = (values[i] + values[i + 1]) / 2;
    }
    middles[VALUES - 1] = Float.POSITIVE_INFINITY;
    for (int upper = 0; upper < lowest.length; upper++) {
      // The bits below make a negative number less, and a positive one more.
      int bits = upper << 16 | (upper >= 1 << 15 ? 0xffff : 0);
      lowest[upper] = (short) search(Float.intBitsToFloat(bits));
    }
  }

  static DynamicCode signed() {
    return new DynamicCode(true);
  }

  static DynamicCode unsigned() {
    return new DynamicCode(false);
  }

  float value(int code) {
    return values[code];
  }

  private int search(float number) {
    int code = 0;
    while (number > middles[code]) {
      code++;
    }
    return code;
  }

  /** The code of the nearest value, of the lesser one halfway. */
  int nearest(float number) {
    int code = lowest[Float.floatToRawIntBits(number) >>> 16];
    while (number > middles[code]) {
      code++; // one or two at most: values stand farther apart than numbers of like upper bits
    }
    return code;
  }

  /** The numbers of a block. */
  void decode(byte[] codes, int start, int length, float largest, float[] numbers) {
    for (int i = 0; i < length; i++) {
      numbers[i] = values[codes[start + i] & 0xff] * largest;
    }
  }

  /**
   * The codes of a block.
   *
   * @return the largest absolute value, which they are shares of
   */
  float encode(float[] numbers, int length, byte[] codes, int start) {
    float largest = 0;
    for (int i = 0; i < length; i++) {
      largest = Math.max(largest, Math.abs(numbers[i]));
    }
    float scale = largest > 0 ? 1 / largest : 0;
    if (scale == Float.POSITIVE_INFINITY) { // of a number below 3e-39: nothing
      largest = 0;
      scale = 0;
    }
    for (int i = 0; i < length; i++) {
      codes[start + i] = (byte) nearest(numbers[i] * scale);
    }
    return largest;
  }
}
