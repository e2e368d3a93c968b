package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.attune.AttuneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubNameTest {
  @Test
  void ownerNameAndRevision() {
    assertThat(HubName.parse("acme/tiny-1.5_b"))
        .contains(new HubName("acme", "tiny-1.5_b", "main"));
    assertThat(HubName.parse("acme/tiny@refs/pr/1"))
        .contains(new HubName("acme", "tiny", "refs/pr/1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert", "a/b/c", "./a", "../a", "/a", "a/", "a//b", "a/..", "a/b--c", "~/a", "C:/a",
        "a b/c", "a/b c", "", "@a"
      })
  void otherTextsAreFolders(String text) {
    assertThat(HubName.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../main", "a/../b", "/main", "a b", "main/", "ma..in"})
  void malformedRevisions(String revision) {
    assertThatThrownBy(() -> HubName.parse("acme/tiny@" + revision))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "hub: '"
                + revision
                + "' in acme/tiny@"
                + revision
                + " is no revision; expected a branch, a tag or a commit, as in acme/tiny@main");
  }

  @Test
  void settingsComeFromTheVariablesOfHuggingFacesTools() {
    HubSettings plain = HubSettings.of(Map.of());
    assertThat(plain.endpoint()).isEqualTo(URI.create(HubSettings.DEFAULT_ENDPOINT));
    assertThat(plain.cache())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".cache/huggingface/hub"));
    assertThat(plain.offline()).isFalse();
    assertThat(HubSettings.of(Map.of("HF_HOME", "/h")).cache()).isEqualTo(Path.of("/h/hub"));
    assertThat(HubSettings.of(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "~/c")).cache())
        .isEqualTo(Path.of(System.getProperty("user.home"), "c"));
    assertThat(HubSettings.of(Map.of("HF_HUB_OFFLINE", "1")).offline()).isTrue();
    assertThat(HubSettings.of(Map.of("HF_HUB_OFFLINE", "0")).offline()).isFalse();
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_ENDPOINT", "file:///x")))
        .isInstanceOf(AttuneException.class)
        .hasMessage("hub: HF_ENDPOINT is 'file:///x', expected http:// or https:// and a host");
  }
}
