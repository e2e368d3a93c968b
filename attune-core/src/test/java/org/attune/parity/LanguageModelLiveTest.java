package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Sampler;
import org.attune.data.TextSource;
import org.attune.data.TokenFile;
import org.attune.models.Model;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.task.CausalLanguageModeling;
import org.attune.train.Precision;
import org.attune.train.TrainReport;
import org.attune.train.Trainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Twenty steps of a small GPT-2 on WikiText-2 by both sides, from the same weights on the same
 * batches; seed 42. bench/gpt2_wikitext.py runs the whole curve.
 */
@Tag("live")
class LanguageModelLiveTest {
  @TempDir Path folder;

  @Test
  void lossesAreTransformers() throws Exception {
    Path data = ReferenceStack.data();
    Path text = data.resolve("wikitext2/test.txt");
    Path start = folder.resolve("start");
    String[] shape = {"--layers", "2", "--width", "64", "--length", "64"};
    ReferenceStack.run(
        "gpt2_wikitext.py",
        "make",
        start,
        data.resolve("vocab/gpt2"),
        shape[0],
        shape[1],
        shape[2],
        shape[3],
        shape[4],
        shape[5]);
    JsonNode expected =
        ReferenceStack.run(
            "gpt2_wikitext.py", "train", start, text, "--steps", 20, "--batch", 4, "--length", 64);
    try (Checkpoint checkpoint = Checkpoint.open(start.toString())) {
      var task = CausalLanguageModeling.of(checkpoint.tokenizer(), 64);
      try (Model model = task.load(checkpoint);
          TokenFile tokens =
              task.read(
                  List.of(TextSource.of(text.toString(), TextSource.Documents.FILE)), folder)) {
        TrainReport report =
            Trainer.of(model, task)
                .optimizer(new AdamW(1e-3, 0.1, 0.9, 0.95, 1e-8))
                .schedule(Schedule.cosine(0.1))
                .maxSteps(20)
                .batchSize(4)
                .sampler(Sampler.random())
                .precision(Precision.FP32)
                .fit(task.encode(tokens), tokens.sha256(), Optional.empty());
        for (int i = 0; i < 2; i++) {
          double ours = report.losses().get(i).loss();
          double theirs = expected.get("losses").get(i).doubleValue();
          ReferenceStack.report("loss of steps to " + 10 * (i + 1), Math.abs(ours - theirs));
          assertThat(ours).isCloseTo(theirs, within(1e-4));
        }
      }
    }
  }
}
