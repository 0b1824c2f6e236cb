package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import neox.base.ExitCode;
import neox.config.model.BaseShapes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaseShapesFileTest {
  private static final Path GOLDEN = TrainFixture.GOLDEN.resolve("MU_train");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"0, base_shapes_nopipe.0", "1, base_shapes.0"})
  void isTheFileThatNeoxWrites(int pipeParallelSize, String golden) throws IOException {
    Path shapes = save(Map.of("pipe_parallel_size", Integer.toString(pipeParallelSize)));
    assertThat(shapes).hasSameTextualContentAs(GOLDEN.resolve(golden));
  }

  @Test
  void saysTheSameWithAndWithoutAPipeline() throws IOException {
    assertThat(BaseShapes.read(GOLDEN.resolve("base_shapes_nopipe.0")))
        .isEqualTo(BaseShapes.read(GOLDEN.resolve("base_shapes.0")));
    Map<String, String> tied =
        new HashMap<>(Map.of("no_weight_tying", "false", "pos_emb", "learned"));
    Path nopipe = save(tied, "pipe_parallel_size", "0");
    BaseShapes expected = BaseShapes.read(nopipe);
    Path pipe = save(tied, "pipe_parallel_size", "1");
    assertThat(pipe)
        .content()
        .contains("tied_modules.embed.word_embeddings.weight:\n- null\n- 32\n");
    assertThat(BaseShapes.read(pipe)).isEqualTo(expected);
  }

  private Path save(Map<String, String> more, String key, String value) throws IOException {
    Map<String, String> all = new HashMap<>(more);
    all.put(key, value);
    return save(all);
  }

  private Path save(Map<String, String> more) throws IOException {
    Map<String, String> all = new HashMap<>(more);
    Path file = directory.resolve("shapes");
    all.put("save_base_shapes", "true");
    all.put("base_shapes_file", file.toString());
    all.put("hidden_size", "32");
    TrainFixture.Result result =
        TrainFixture.run(TrainFixture.arguments(GOLDEN.resolve("config.yml"), all));
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    Path written = directory.resolve("shapes.0");
    assertThat(result.err()).contains("base shapes: " + written);
    assertThat(Files.exists(written)).isTrue();
    return written;
  }
}
