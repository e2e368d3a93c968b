package org.attune.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of a protocol buffer message one after the other. Nothing is allocated by a
 * length that the bytes at hand do not back.
 */
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;

  private final ByteBuffer in;
  private int field;
  private int wireType;

  /** Says in a few words what is wrong with the bytes. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }

  ProtobufReader(byte[] message) {
    this(ByteBuffer.wrap(message));
  }

  private ProtobufReader(ByteBuffer message) {
    in = message.order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Moves to the next field; false at the message's end. Each field must then be read or skipped.
   */
  boolean next() throws Malformed {
    if (!in.hasRemaining()) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    wireType = (int) (tag & 7);
    if (tag >>> 3 == 0 || tag >>> 3 > 0x1FFF_FFFF) {
      throw new Malformed("field number " + Long.toUnsignedString(tag >>> 3));
    }
    return true;
  }

  int field() {
    return field;
  }

  void skip() throws Malformed {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> slice(Long.BYTES);
      case LENGTH -> slice(length());
      case FIXED32 -> slice(Integer.BYTES);
      default -> throw new Malformed("field " + field + " has wire type " + wireType);
    }
  }

  ProtobufReader message() throws Malformed {
    expect(LENGTH);
    return new ProtobufReader(slice(length()));
  }

  byte[] bytes() throws Malformed {
    expect(LENGTH);
    ByteBuffer slice = slice(length());
    byte[] bytes = new byte[slice.remaining()];
    slice.get(bytes);
    return bytes;
  }

  /** A text of at most this many bytes. */
  String string(int most) throws Malformed {
    expect(LENGTH);
    int length = length();
    if (length > most) {
      throw new Malformed("a text of " + length + " bytes, more than the " + most + " allowed");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(slice(length)).toString();
    } catch (CharacterCodingException e) {
      throw new Malformed("a text that is not UTF-8");
    }
  }

  float float32() throws Malformed {
    expect(FIXED32);
    return slice(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).getFloat();
  }

  int int32() throws Malformed {
    expect(VARINT);
    return (int) varint();
  }

  /** An enum's constant, of which the first has this number. */
  <E> E constant(E[] values, int first) throws Malformed {
    int number = int32();
    if (number < first || number >= first + values.length) {
      throw new Malformed("field " + field + " is " + number);
    }
    return values[number - first];
  }

  private void expect(int type) throws Malformed {
    if (wireType != type) {
      throw new Malformed("field " + field + " has wire type " + wireType + ", expected " + type);
    }
  }

  private int length() throws Malformed {
    long length = varint();
    if (length < 0 || length > in.remaining()) {
      throw new Malformed(
          "a field of "
              + Long.toUnsignedString(length)
              + " bytes, with "
              + in.remaining()
              + " left");
    }
    return (int) length;
  }

  private ByteBuffer slice(int length) throws Malformed {
    if (length > in.remaining()) {
      throw new Malformed("it ends within field " + field);
    }
    ByteBuffer slice = in.slice().limit(length);
    in.position(in.position() + length);
    return slice;
  }

  private long varint() throws Malformed {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (!in.hasRemaining()) {
        throw new Malformed("it ends within a number");
      }
      byte next = in.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new Malformed("a number of more than 64 bits");
  }
}
