package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Expected texts are what Python 3.11's json.dumps(.., indent=2, sort_keys=True) printed. */
class PythonJsonTest {
  @Test
  void numbersAsPythonPrintsThem() {
    assertThat(
            Stream.of(
                    0.1,
                    1e-12,
                    1e-5,
                    0.0001,
                    10000.0,
                    1e15,
                    1e16,
                    1.5e-7,
                    123456789.125,
                    2e-44,
                    Double.MIN_VALUE,
                    Double.MAX_VALUE,
                    -0.5,
                    0.0,
                    -0.0,
                    2.0e-3,
                    1.0 / 3,
                    1e22,
                    9007199254740992.0,
                    -1e-7,
                    Double.MIN_NORMAL)
                .map(PythonJson::number))
        .containsExactly(
            "0.1",
            "1e-12",
            "1e-05",
            "0.0001",
            "10000.0",
            "1000000000000000.0",
            "1e+16",
            "1.5e-07",
            "123456789.125",
            "2e-44",
            "5e-324",
            "1.7976931348623157e+308",
            "-0.5",
            "0.0",
            "-0.0",
            "0.002",
            "0.3333333333333333",
            "1e+22",
            "9007199254740992.0",
            "-1e-07",
            "2.2250738585072014e-308");
  }

  @Property(seed = "7")
  void numbersSurvive(@ForAll double value) {
    assertThat(Double.parseDouble(PythonJson.number(value))).isEqualTo(value);
  }

  @Test
  void structuresAsPythonPrintsThem() throws Exception {
    String json =
        "{\"b\":[],\"a\":{},\"é\\ud83d\\ude00\\u007f\\u001f\":\"\\t\\\"\\\\/\","
            + "\"c\":[1,[2,{\"z\":null,\"y\":true}]],\"id2label\":{\"10\":\"z\",\"2\":\"y\",\"0\":\"x\"},"
            + "\"\\ud83d\\ude00\":2,\"\\uffee\":1}";
    assertThat(PythonJson.write(new ObjectMapper().readTree(json)))
        .isEqualTo(
            """
            {
              "a": {},
              "b": [],
              "c": [
                1,
                [
                  2,
                  {
                    "y": true,
                    "z": null
                  }
                ]
              ],
              "id2label": {
                "0": "x",
                "2": "y",
                "10": "z"
              },
              "\\u00e9\\ud83d\\ude00\\u007f\\u001f": "\\t\\"\\\\/",
              "\\uffee": 1,
              "\\ud83d\\ude00": 2
            }""");
  }

  /** As transformers writes them: ids are numbers there, labels are strings. */
  @Test
  void labelsThatAreDigitsAreSortedAsStrings() {
    List<String> stars = IntStream.rangeClosed(0, 10).mapToObj(Integer::toString).toList();
    String json = ConfigJson.parse("{}").withLabels(stars).toJson();
    assertThat(json).contains("    \"9\": \"9\",\n    \"10\": \"10\"\n");
    assertThat(json).contains("    \"1\": 1,\n    \"10\": 10,\n    \"2\": 2,\n");
  }

  /** transformers wrote these: reading and writing them changes no byte. */
  @Test
  void configsOfTheReferenceComeBackUnchanged() throws Exception {
    Path golden = Path.of(getClass().getResource("/golden/bert").toURI());
    List<Path> configs;
    try (Stream<Path> files = Files.walk(golden)) {
      configs = files.filter(file -> file.endsWith("config.json")).toList();
    }
    assertThat(configs).hasSizeGreaterThan(5);
    for (Path config : configs) {
      assertThat(ConfigJson.read(config).toJson())
          .isEqualTo(Files.readString(config, StandardCharsets.UTF_8));
    }
  }
}
