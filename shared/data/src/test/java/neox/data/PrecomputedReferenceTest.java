package neox.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.data.indexed.IndexedFloats;
import neox.data.indexed.IndexedFloatsWriter;
import neox.data.indexed.IndexedTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrecomputedReferenceTest {
  private static final int SEQ = 4;

  @TempDir Path directory;

  private static Path floats(Path prefix, float[]... documents) throws IOException {
    try (IndexedFloatsWriter writer = IndexedFloatsWriter.create(prefix)) {
      for (float[] document : documents) {
        writer.addDocument(document);
      }
      writer.commit();
    }
    return prefix;
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path prefix = floats(directory.resolve("f"), new float[] {-1.5f, 0, 3e-9f}, new float[0]);
    try (IndexedFloats values = IndexedFloats.open(prefix)) {
      assertThat(values.count()).isEqualTo(2);
      assertThat(values.size(0)).isEqualTo(3);
      assertThat(values.size(1)).isZero();
      float[] out = {7, 7, 7, 7};
      values.read(0, 3, out);
      assertThat(out).containsExactly(-1.5f, 0, 3e-9f, 7);
    }
    try (var files = Files.list(directory)) {
      assertThat(files)
          .containsExactlyInAnyOrder(directory.resolve("f.bin"), directory.resolve("f.idx"));
    }
  }

  @Test
  void refusesDatasetsOfTokensAndDamagedOnes() throws IOException {
    Path tokens = Datasets.write(directory.resolve("t"), new int[][] {{1, 2}});
    assertThatThrownBy(() -> IndexedFloats.open(tokens))
        .isInstanceOf(UserException.class)
        .hasMessage(
            tokens
                + ".idx: holds UINT16 values; expected FLOAT32, as neox-generate with text_gen_type"
                + " precompute writes them");
    Path values = floats(directory.resolve("f"), new float[] {1, 2});
    Files.write(directory.resolve("f.bin"), new byte[7]);
    assertThatThrownBy(() -> IndexedFloats.open(values))
        .isInstanceOf(UserException.class)
        .hasMessage(
            values
                + ".bin: 7 bytes, but "
                + values
                + ".idx describes 8: the two files do not belong together or one is cut short");
    assertThatThrownBy(() -> IndexedTokens.open(values)).isInstanceOf(UserException.class);
  }

  /// Samples of two documents, one shorter than a sequence, one longer.
  @Test
  void aSampleKnowsItsDocumentAndNothingBehindIt() throws IOException {
    Path texts = Datasets.write(directory.resolve("d"), new int[][] {{1, 2}, {3, 4, 5, 6, 7, 8}});
    Path values =
        floats(
            directory.resolve("d_ref"), new float[] {-1, -9, -9, -9}, new float[] {-3, -4, -5, -6});
    try (IndexedTokens tokens = IndexedTokens.open(texts);
        IndexedFloats reference = IndexedFloats.open(values);
        Arena arena = Arena.ofShared()) {
      Corpus corpus =
          Corpus.whole(tokens, Optional.empty())
              .withReference(Optional.of(new PrecomputedReference(tokens, reference, SEQ)));
      EligibleDocuments eligible =
          EligibleDocuments.of(corpus, UnpackedPlan.rule(SEQ, true), arena);
      UnpackedPlan plan = new UnpackedPlan(corpus.items(), SEQ, 1, 5, 5, eligible);
      SampleOrder order = new IndexCache(arena, line -> {}).open(tokens, plan);
      TokenSamples samples = new DocumentSamples(corpus, order, SEQ, true);
      TokenSamples blended =
          BlendedSamples.of(
              List.of(samples), new double[] {1}, arena, new BuildProgress("d", line -> {}));
      assertThat(blended.hasReference()).isTrue();
      for (long i = 0; i < blended.count(); i++) {
        float[] out = new float[SEQ];
        blended.reference(i, out);
        float nan = Float.NaN;
        float[] expected =
            blended.pieces(i).getFirst().document() == 0
                ? new float[] {-1, nan, nan, nan}
                : new float[] {-3, -4, -5, -6};
        assertThat(out).containsExactly(expected);
      }
    }
  }
}
