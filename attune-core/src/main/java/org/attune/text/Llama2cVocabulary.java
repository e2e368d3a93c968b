package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;

/**
 * The tokenizer.bin of llama2.c (tok512.bin, ...): a Llama vocabulary written for a C program.
 *
 * <p>Little-endian: the longest piece's length in bytes (int32), then for each piece its score
 * (float32), its length (int32) and its UTF-8 bytes. Spaces are plain there, and the tokens that
 * begin and end a text stand between line feeds; both are put back as SentencePiece has them.
 *
 * <p>llama2.c begins every text with the token {@code <s>}, and its models were trained to write it
 * again where a text ends.
 */
final class Llama2cVocabulary {
  private static final int MAX_PIECE = 4096;
  private static final List<String> CONTROLS = List.of("<unk>", "<s>", "</s>");

  private record Scored(String piece, float score) {}

  private Llama2cVocabulary() {}

  /**
   * Makes a tokenizer.json of it.
   *
   * @param where for messages: the file's name
   * @throws AttuneException when the file is damaged or no vocabulary of llama2.c's
   */
  static SlowFolder convert(byte[] file, JsonNode settings, String where) {
    List<Scored> pieces = read(file, where);
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (Scored scored : pieces) {
      if (vocabulary.put(scored.piece(), vocabulary.size()) != null) {
        throw damaged(where, "holds the piece '" + scored.piece() + "' twice");
      }
    }
    for (int i = 0; i < CONTROLS.size(); i++) {
      if (!Integer.valueOf(i).equals(vocabulary.get(CONTROLS.get(i)))) {
        throw damaged(where, "has no piece '" + CONTROLS.get(i) + "' at " + i);
      }
    }
    List<String> byScore =
        pieces.stream()
            .sorted(Comparator.comparing(Scored::score).reversed())
            .map(Scored::piece)
            .toList();
    return document(vocabulary, PieceMerges.of(byScore, vocabulary.keySet()), settings);
  }

  /**
   * Not LlamaTokenizer's document: that puts no space before a text that begins with one, and
   * llama2.c does. The generic class does what the document says.
   */
  private static SlowFolder document(
      Map<String, Integer> vocabulary, ArrayNode merges, JsonNode settings) {
    ObjectNode config =
        SlowFolder.completed(settings, "PreTrainedTokenizerFast", TokenizerClass.LLAMA);
    AddedTokens added = new AddedTokens(vocabulary);
    SlowFolder.addTokens(config, added);
    ObjectNode spaces =
        TokenizerJson.sequence(
            "normalizers",
            TokenizerJson.typed("Prepend").put("prepend", "\u2581"),
            TokenizerJson.replace(" ", "\u2581"));
    TokenizerJson json =
        new TokenizerJson(added.toJson())
            .part("normalizer", spaces)
            .part(
                "post_processor", TextTemplate.framed(List.of("<s>"), List.of()).toJson(vocabulary))
            .part("decoder", LlamaFolder.decoder(settings))
            .part("model", LlamaFolder.characterBpe(vocabulary, merges));
    return new SlowFolder(json.bytes(), config);
  }

  private static List<Scored> read(byte[] file, String where) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < Integer.BYTES) {
      throw damaged(where, "has " + file.length + " bytes");
    }
    int longest = in.getInt();
    if (longest < 1 || longest > MAX_PIECE) {
      throw damaged(where, "says that its longest piece has " + longest + " bytes");
    }
    List<Scored> pieces = new ArrayList<>();
    while (in.hasRemaining()) {
      if (in.remaining() < Float.BYTES + Integer.BYTES) {
        throw damaged(where, "ends within piece " + pieces.size());
      }
      float score = in.getFloat();
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw damaged(
            where,
            "has a piece of "
                + length
                + " bytes at "
                + pieces.size()
                + ", with "
                + in.remaining()
                + " left");
      }
      pieces.add(new Scored(piece(in.slice().limit(length), pieces.size(), where), score));
      in.position(in.position() + length);
    }
    return pieces;
  }

  private static String piece(ByteBuffer utf8, int id, String where) {
    if (utf8.remaining() > MAX_PIECE) {
      throw damaged(where, "has a piece of " + utf8.remaining() + " bytes at " + id);
    }
    try {
      String piece = StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
      if (id < CONTROLS.size()) {
        return piece.strip();
      }
      return piece.replace(' ', '\u2581');
    } catch (CharacterCodingException e) {
      throw damaged(where, "has no UTF-8 text as piece " + id);
    }
  }

  private static AttuneException damaged(String where, String what) {
    return new AttuneException(
        "text: "
            + where
            + " "
            + what
            + "; expected a tokenizer.bin as llama2.c's tokenizer.py writes it");
  }
}
