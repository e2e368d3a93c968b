package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.text.SentencePieceModel.Kind;
import org.attune.text.SentencePieceModel.Piece;
import org.attune.text.SentencePieceModel.PieceType;

/**
 * A tokenizer.json made from a SentencePiece model (Kudo and Richardson 2018): T5's, a unigram
 * model (Kudo 2018), and Llama's, BPE with bytes for characters it does not know. The same document
 * as transformers' classes of these names make.
 */
final class SentencePieceFolder {
  private final SentencePieceModel model;
  private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
  private final String where;

  private SentencePieceFolder(SentencePieceModel model, String where) {
    this.model = model;
    this.where = where;
    for (Piece piece : model.pieces()) {
      if (vocabulary.put(piece.text(), vocabulary.size()) != null) {
        throw new AttuneException(
            "text: " + where + " holds the piece '" + piece.text() + "' twice; ids would clash");
      }
    }
  }

  static SlowFolder convert(byte[] file, JsonNode settings, String where) {
    SentencePieceFolder folder =
        new SentencePieceFolder(SentencePieceModel.read(file, where), where);
    Kind kind = folder.model.kind();
    TokenizerClass asked =
        TokenizerClass.required(settings)
            .orElse(kind == Kind.BPE ? TokenizerClass.LLAMA : TokenizerClass.T5);
    if (asked == TokenizerClass.LLAMA && kind == Kind.BPE) {
      return folder.llama(settings);
    }
    if (asked == TokenizerClass.T5 && kind == Kind.UNIGRAM) {
      return folder.t5(settings);
    }
    throw new AttuneException(
        "text: "
            + where
            + " is a "
            + kind
            + " model for "
            + asked
            + ", expected UNIGRAM for T5 or BPE for LLAMA; make a tokenizer.json with transformers:"
            + " AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)");
  }

  private SlowFolder llama(JsonNode settings) {
    AddedTokens added = new AddedTokens(vocabulary);
    ObjectNode config = SlowFolder.completed(settings, "LlamaTokenizer", TokenizerClass.LLAMA);
    SlowFolder.addTokens(config, added);
    addPieces(added);
    ArrayNode merges = PieceMerges.of(vocabulary.keySet(), vocabulary.keySet());
    return LlamaFolder.convert(vocabulary, merges, added, config);
  }

  /** Control pieces are special; what the user of the trainer defined is only never split. */
  private void addPieces(AddedTokens added) {
    for (Piece piece : model.pieces()) {
      if (piece.type() == PieceType.CONTROL || piece.type() == PieceType.USER_DEFINED) {
        added.add(piece.text(), piece.type() == PieceType.CONTROL);
      }
    }
  }

  // ---- T5

  private SlowFolder t5(JsonNode settings) {
    int extra = extraIds(settings);
    ObjectNode config = SlowFolder.completed(settings, "T5Tokenizer", TokenizerClass.T5);
    ObjectNode unigram =
        TokenizerJson.typed("Unigram").put("unk_id", model.unkId()).put("byte_fallback", false);
    ArrayNode vocab = unigram.putArray("vocab");
    for (Piece piece : model.pieces()) {
      vocab.addArray().add(piece.text()).add((double) piece.score());
    }
    for (int i = extra - 1; i >= 0; i--) { // the last sentinel first
      String sentinel = "<extra_id_" + i + ">";
      vocab.addArray().add(sentinel).add(0.0);
      vocabulary.putIfAbsent(sentinel, vocab.size() - 1);
    }
    AddedTokens added = new AddedTokens(vocabulary);
    SlowFolder.addTokens(config, added);
    for (int i = extra - 1; i >= 0; i--) {
      added.add("<extra_id_" + i + ">", true);
    }
    addPieces(added);
    config.put("extra_ids", extra);
    return new SlowFolder(t5(added, unigram), config);
  }

  private byte[] t5(AddedTokens added, ObjectNode unigram) {
    if (!vocabulary.containsKey("</s>")) {
      throw new AttuneException("text: " + where + " has no piece '</s>', which ends T5's texts");
    }
    TokenizerJson json = new TokenizerJson(added.toJson());
    if (model.charactersMap().length > 0) {
      String map = Base64.getEncoder().encodeToString(model.charactersMap());
      json.part("normalizer", TokenizerJson.typed("Precompiled").put("precompiled_charsmap", map));
    }
    TextTemplate.Piece end = TextTemplate.special("</s>", 0);
    TextTemplate template =
        new TextTemplate(
            List.of(TextTemplate.first(0), end),
            List.of(TextTemplate.first(0), end, TextTemplate.second(0), end));
    return json.part("pre_tokenizer", t5PreTokenizer())
        .part("post_processor", template.toJson(vocabulary))
        .part("decoder", TokenizerJson.metaspace("always", true))
        .part("model", unigram)
        .bytes();
  }

  static ObjectNode t5PreTokenizer() {
    return TokenizerJson.sequence(
        "pretokenizers",
        TokenizerJson.typed("WhitespaceSplit"),
        TokenizerJson.metaspace("always", true));
  }

  /** T5's sentinels, which are no part of the SentencePiece model. */
  private static int extraIds(JsonNode settings) {
    int extra = settings.path("extra_ids").asInt(100);
    if (extra < 0 || extra > 100_000) {
      throw new AttuneException(
          "text: extra_ids is " + extra + " in tokenizer_config.json, expected 0 to 100000");
    }
    return extra;
  }
}
