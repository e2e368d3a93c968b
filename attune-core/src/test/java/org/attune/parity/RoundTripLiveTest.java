package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attune.checkpoint.Checkpoint;
import org.attune.models.FamilyParityTest;
import org.attune.models.Model;
import org.attune.models.ParityCase;
import org.attune.models.Pretrained;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checkpoints of every family and head in both directions: transformers loads what Attune saved
 * without a missing, unexpected or mis-shaped key and without a word that it does not have for its
 * own files, and Attune loads what transformers saved, in shards; both give the same outputs on
 * both sides.
 */
@Tag("live")
class RoundTripLiveTest {
  @TempDir Path folder;

  @Test
  void whatAttuneSavesTransformersLoads() throws Exception {
    for (String name : FamilyParityTest.folders()) {
      Path saved = Files.createDirectories(folder.resolve(name));
      try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(name).toString());
          Model model = Pretrained.load(checkpoint).model()) {
        Pretrained.save(model, saved);
      }
    }
    JsonNode reports = run("load");
    for (String name : FamilyParityTest.folders()) {
      JsonNode report = reports.get(name);
      for (String kind : List.of("missing", "unexpected", "mismatched", "complaints")) {
        assertThat(report.get(kind)).as("%s %s", name, kind).isEmpty();
      }
      compareOutputs(name);
    }
  }

  @Test
  void whatTransformersSavesAttuneLoads() throws Exception {
    run("save");
    for (String name : FamilyParityTest.folders()) {
      compareOutputs(name);
    }
  }

  private JsonNode run(String direction) throws Exception {
    List<Object> arguments = new ArrayList<>(List.of(direction, folder));
    arguments.addAll(FamilyParityTest.folders());
    return ReferenceStack.run("round_trip.py", arguments.toArray());
  }

  private void compareOutputs(String name) {
    Golden outputs = Golden.at(folder.resolve(name));
    try (Checkpoint checkpoint = Checkpoint.open(folder.resolve(name).toString());
        Model model = Pretrained.load(checkpoint).model()) {
      assertThat(outputs.cases()).isNotEmpty();
      outputs
          .cases()
          .forEach(
              batch -> {
                try (Scope scope = Scope.open()) {
                  ParityCase one = new ParityCase(name, batch, outputs, model);
                  Autograd.noGrad(one::outputs).forEach(one::compare);
                }
              });
    }
  }
}
