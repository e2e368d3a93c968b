package org.attune.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Writes safetensors files, byte for byte as the reference implementation: tensors by falling
 * alignment of their type, then by name; the header padded with spaces to a multiple of eight.
 */
public final class SafetensorsWriter {
  /** What transformers marks its files with. */
  public static final Map<String, String> PYTORCH = Map.of("format", "pt");

  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .build();

  private SafetensorsWriter() {}

  /** Writes a file whole or not at all. Tensors are streamed, not copied first. */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
    order.sort(
        Comparator.<Map.Entry<String, Tensor>>comparingInt(e -> -rank(e.getValue()))
            .thenComparing(Map.Entry::getKey, PythonJson::compareCodePoints));
    AtomicFiles.write(
        file,
        channel -> {
          writeFully(channel, header(order, metadata));
          for (Map.Entry<String, Tensor> entry : order) {
            Tensors.writeTo(entry.getValue(), channel);
          }
        });
  }

  /** The reference sorts by its enumeration of types: wider types first, floats after integers. */
  private static int rank(Tensor tensor) {
    return switch (tensor.dtype()) {
      case BOOL -> 0;
      case U8 -> 1;
      case I8 -> 2;
      case I16 -> 3;
      case F16 -> 4;
      case BF16 -> 5;
      case I32 -> 6;
      case F32 -> 7;
      case F64 -> 8;
      case I64 -> 9;
    };
  }

  private static ByteBuffer header(
      List<Map.Entry<String, Tensor>> order, Map<String, String> metadata) throws IOException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(json)) {
      out.writeStartObject();
      if (!metadata.isEmpty()) {
        out.writeObjectFieldStart("__metadata__");
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
          out.writeStringField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
      }
      long at = 0;
      for (Map.Entry<String, Tensor> entry : order) {
        at = writeEntry(out, entry.getKey(), entry.getValue(), at);
      }
      out.writeEndObject();
    }
    int length = (json.size() + 7) / 8 * 8;
    ByteBuffer header = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(length).put(json.toByteArray());
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static long writeEntry(JsonGenerator out, String name, Tensor tensor, long at)
      throws IOException {
    long end = at + tensor.numel() * tensor.dtype().bytes();
    out.writeObjectFieldStart(name);
    out.writeStringField("dtype", tensor.dtype().safetensorsName());
    out.writeArrayFieldStart("shape");
    for (long dim : tensor.shape().toArray()) {
      out.writeNumber(dim);
    }
    out.writeEndArray();
    out.writeArrayFieldStart("data_offsets");
    out.writeNumber(at);
    out.writeNumber(end);
    out.writeEndArray();
    out.writeEndObject();
    return end;
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
