package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import neox.base.Durability;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.spec.NetworkSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeoxCheckpointWriterTest {
  @TempDir Path directory;

  @Test
  void bothLayoutsAreReadBackUnchanged() throws IOException {
    for (Layout layout : Layout.values()) {
      Path target = Files.createDirectory(directory.resolve("out-" + layout));
      try (NeoxCheckpoint source = golden()) {
        NeoxCheckpointWriter.write(target, content(source, layout));
        try (NeoxCheckpoint written = NeoxCheckpoint.open(target, OptionalLong.empty())) {
          assertThat(written.names()).isEqualTo(source.names());
          for (String name : source.names()) {
            assertThat(Golden.bytes(written.view(name)))
                .as(name)
                .isEqualTo(Golden.bytes(source.view(name)));
          }
          assertThat(written.iteration()).isEqualTo(20);
        }
      }
    }
  }

  /// One file after the other, and several at a time.
  @Test
  void whatIsHandedOverAreTheSameFiles() throws IOException {
    for (Layout layout : Layout.values()) {
      Path forced = Files.createDirectory(directory.resolve("forced-" + layout));
      Path handedOver = Files.createDirectory(directory.resolve("handed-over-" + layout));
      try (NeoxCheckpoint source = golden()) {
        NeoxCheckpointWriter.write(forced, content(source, layout));
        NeoxCheckpointWriter.write(handedOver, content(source, layout), Durability.HANDED_OVER);
      }
      assertThat(names(handedOver)).isEqualTo(names(forced)).hasSizeGreaterThan(1);
      for (String name : names(forced)) {
        if (Files.isRegularFile(forced.resolve(name))) {
          assertThat(handedOver.resolve(name)).hasSameBinaryContentAs(forced.resolve(name));
        }
      }
    }
  }

  @Test
  void laysOutFilesAsDeepSpeedDoes() throws IOException {
    Path target = directory.resolve(CheckpointNames.directory(20));
    Files.createDirectory(target);
    try (NeoxCheckpoint source = golden()) {
      NeoxCheckpointWriter.write(target, content(source, Layout.FILE_PER_LAYER));
      assertThat(names(target))
          .containsOnlyOnceElementsOf(names(source.directory()))
          .hasSize(names(source.directory()).size() + 1)
          .contains("mp_rank_00_digests.json");
      assertThat(target).hasFileName("global_step20");
      try (NeoxCheckpoint written = NeoxCheckpoint.open(target, OptionalLong.of(20))) {
        assertThat(written.clientState().keySet())
            .containsExactlyInAnyOrderElementsOf(
                source.clientState().keySet().stream()
                    .filter(key -> !key.contains("rng_") || key.equals("torch_rng_state"))
                    .toList());
        assertThat(written.clientState().get("args")).isEqualTo(source.clientState().get("args"));
        assertThat(written.clientState().get("lr_scheduler")).isEqualTo(Map.of("num_iters", 20L));
      }
    }
  }

  @Test
  void refusesAWeightOfTheWrongShape() throws IOException {
    try (NeoxCheckpoint source = golden()) {
      TensorView wrong = source.view("6.norm.bias");
      CheckpointContent content =
          new CheckpointContent(
              CheckpointPart.whole(NetworkSpec.of(source.config(), 512)),
              "x",
              0,
              0,
              Layout.FILE_PER_RANK,
              CheckpointContent.existing(_ -> wrong),
              Map.of(),
              Map.of());
      assertThatThrownBy(() -> NeoxCheckpointWriter.write(directory, content))
          .hasMessage("0.word_embeddings.weight has shape [64]; expected [512, 64]");
    }
  }

  private static CheckpointContent content(NeoxCheckpoint source, Layout layout)
      throws IOException {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("lr_scheduler", Map.of("num_iters", 20));
    state.put(
        "torch_rng_state",
        new TensorView(DType.UINT8, Shape.of(3), MemorySegment.ofArray(new byte[] {1, 2, 3})));
    String config = Files.readString(source.configs().resolve("config.yml"));
    return new CheckpointContent(
        CheckpointPart.whole(NetworkSpec.of(source.config(), 512)),
        "CharLevelTokenizer",
        20,
        160,
        layout,
        CheckpointContent.existing(source::view),
        state,
        Map.of("config.yml", config));
  }

  private static NeoxCheckpoint golden() throws IOException {
    return NeoxCheckpoint.open(Golden.path("checkpoints/A_bf16"), OptionalLong.of(20));
  }

  private static List<String> names(Path root) throws IOException {
    try (var tree = Files.walk(root)) {
      return tree.map(path -> root.relativize(path).toString()).sorted().toList();
    }
  }
}
