package org.attune.text;

import java.util.ArrayList;
import java.util.List;
import org.attune.AttuneException;

/**
 * What a SentencePiece model file says (sentencepiece_model.proto), as far as a tokenizer needs it.
 *
 * @param pieces in the order of their ids
 * @param kind how a text is split into them
 * @param unkId the piece for what no other can spell
 * @param charactersMap what is done to a text's characters first; empty for nothing
 */
@SuppressWarnings("ArrayRecordComponent") // package-private; the array is never changed
record SentencePieceModel(List<Piece> pieces, Kind kind, int unkId, byte[] charactersMap) {
  private static final int MAX_PIECE = 4096;
  private static final int MAX_PIECES = 1 << 22;

  /** TrainerSpec.ModelType. */
  enum Kind {
    UNIGRAM,
    BPE,
    WORD,
    CHAR
  }

  /** ModelProto.SentencePiece.Type. */
  enum PieceType {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE
  }

  /**
   * One entry of the vocabulary.
   *
   * @param score log-probability, or minus the rank of the merge
   */
  record Piece(String text, float score, PieceType type) {}

  SentencePieceModel {
    pieces = List.copyOf(pieces);
  }

  /**
   * Reads a file.
   *
   * @param where for messages: its name
   * @throws AttuneException when it is damaged or no SentencePiece model
   */
  static SentencePieceModel read(byte[] file, String where) {
    try {
      return new Reader().read(new ProtobufReader(file));
    } catch (ProtobufReader.Malformed e) {
      throw new AttuneException(
          "text: "
              + where
              + " is not a sound SentencePiece model: "
              + e.getMessage()
              + "; get the file again from where the model came from",
          e);
    }
  }

  private static final class Reader {
    private final List<Piece> pieces = new ArrayList<>();
    private Kind kind = Kind.UNIGRAM;
    private int unkId;
    private byte[] map = new byte[0];

    SentencePieceModel read(ProtobufReader in) throws ProtobufReader.Malformed {
      while (in.next()) {
        switch (in.field()) {
          case 1 -> piece(in.message());
          case 2 -> trainer(in.message());
          case 3 -> normalizer(in.message());
          default -> in.skip();
        }
      }
      if (pieces.isEmpty()) {
        throw new ProtobufReader.Malformed("it has no pieces");
      }
      if (unkId < 0 || unkId >= pieces.size()) {
        throw new ProtobufReader.Malformed(
            "unk_id is " + unkId + ", with " + pieces.size() + " pieces");
      }
      if (map.length > 0) {
        String fault = CharactersMap.fault(map).orElse("");
        if (!fault.isEmpty()) {
          throw new ProtobufReader.Malformed("precompiled_charsmap " + fault);
        }
      }
      return new SentencePieceModel(pieces, kind, unkId, map);
    }

    private void piece(ProtobufReader in) throws ProtobufReader.Malformed {
      String text = "";
      float score = 0;
      PieceType type = PieceType.NORMAL;
      while (in.next()) {
        switch (in.field()) {
          case 1 -> text = in.string(MAX_PIECE);
          case 2 -> score = in.float32();
          case 3 -> type = in.constant(PieceType.values(), 1);
          default -> in.skip();
        }
      }
      if (text.isEmpty() || !Float.isFinite(score) || pieces.size() == MAX_PIECES) {
        throw new ProtobufReader.Malformed(
            "piece " + pieces.size() + " is '" + text + "' with score " + score);
      }
      pieces.add(new Piece(text, score, type));
    }

    private void trainer(ProtobufReader in) throws ProtobufReader.Malformed {
      while (in.next()) {
        switch (in.field()) {
          case 3 -> kind = in.constant(Kind.values(), 1);
          case 40 -> unkId = in.int32();
          default -> in.skip();
        }
      }
    }

    private void normalizer(ProtobufReader in) throws ProtobufReader.Malformed {
      while (in.next()) {
        if (in.field() == 2) {
          map = in.bytes();
        } else {
          in.skip();
        }
      }
    }
  }
}
