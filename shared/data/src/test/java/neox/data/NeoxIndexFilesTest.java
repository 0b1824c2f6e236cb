package neox.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.data.indexed.IndexedTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeoxIndexFilesTest {
  @TempDir Path directory;

  @Test
  void opensTheFilesOfARunAndTheyAgreeWithOurOrder() throws Exception {
    NeoxConfig config =
        Configs.of("data_path=" + Golden.copy(Golden.CORPUS1, directory), "split='90,5,5'");
    try (RunSamples run = RunSamples.open(config, new SampleCounts(320, 96, 32), line -> {});
        IndexedTokens tokens = IndexedTokens.open(Golden.CORPUS1);
        Arena arena = Arena.ofShared()) {
      TokenSamples ours = run.train().orElseThrow().samples();
      TokenSamples theirs = files("train", 320).open(tokens, 0, 226, arena).orElseThrow();
      assertThat(theirs.count()).isEqualTo(ours.count());
      int[] a = new int[65];
      int[] b = new int[65];
      for (long i = 0; i < theirs.count(); i++) {
        ours.get(i, a);
        theirs.get(i, b);
        assertThat(a).containsExactly(b);
      }
    }
  }

  @Test
  void refusesFilesOfAnotherSplit() throws Exception {
    try (IndexedTokens tokens = IndexedTokens.open(Golden.CORPUS1);
        Arena arena = Arena.ofShared()) {
      NeoxIndexFiles files = files("train", 320);
      assertThatThrownBy(() -> files.open(tokens, 0, 200, arena))
          .isInstanceOf(UserException.class)
          .hasMessageEndingWith(
              "doc_idx.npy: shape [226], but this data and split give [200]: made for other data;"
                  + " delete it");
      assertThat(files("train", 7).open(tokens, 0, 226, arena)).isEmpty();
    }
  }

  @Test
  void knowsTodaysNamesAndThoseOf2023() {
    assertThat(new NeoxIndexFiles(Path.of("data/x_text_document"), "valid", 8, 2048, 1).stems())
        .containsExactly(
            Path.of("data/x_text_document_valid_indexmap_8ns_2048sl_1s_packedpi_ac"),
            Path.of("data/x_text_document_valid_indexmap_8ns_2048sl_1s"));
  }

  private static NeoxIndexFiles files(String split, long requested) {
    return new NeoxIndexFiles(Golden.CORPUS1, split, requested, 64, 1234);
  }
}
