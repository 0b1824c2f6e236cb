package neox.converthf.tools;

import static neox.converthf.tools.Tools.A_BF16;
import static neox.converthf.tools.Tools.ok;
import static neox.converthf.tools.Tools.refused;
import static neox.converthf.tools.Tools.run;
import static neox.converthf.tools.Tools.view;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import neox.weights.DType;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.hf.HfModel;
import neox.weights.neox.EmaFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The average that training has kept, as a model of its own.
class ConvertedAverageTest {
  @TempDir Path directory;

  @Test
  void isConvertedInPlaceOfTheWeights() throws IOException {
    Path checkpoint = Tools.copy(A_BF16, directory.resolve("global_step20"));
    TensorView average = view(DType.FLOAT32, Shape.of(64), Tools.ramp(64));
    EmaFile.write(checkpoint, List.of(NamedTensor.of("6.norm.bias", average)));
    Path out = directory.resolve("hf");
    ok("--input-dir", checkpoint, "--output-dir", out, "--ema");
    try (HfModel model = HfModel.open(out)) {
      assertThat(model.view("6.norm.bias").bytes().mismatch(average.bytes())).isEqualTo(-1);
      assertThat(model.dtype("2.mlp.linear1.weight")).isEqualTo(DType.FLOAT32);
    }
    assertThat(run("diff", checkpoint, out, "--ignore-dtype").lines())
        .hasSize(3)
        .anyMatch(line -> line.startsWith("6.norm.bias "));
  }

  @Test
  void isRefusedWhereThereIsNoneOrAnotherChoice() {
    Path out = directory.resolve("hf");
    refused(
        A_BF16
            + ": no average of the weights (neox_ema.safetensors); training keeps one with"
            + " ema.enable: true",
        "--input-dir",
        A_BF16,
        "--output-dir",
        out,
        "--ema");
    refused(
        "give either --masters or --ema",
        "--input-dir",
        A_BF16,
        "--output-dir",
        out,
        "--ema",
        "--masters");
    refused(
        "--verify computes with the weights of the model, not with --ema, their average; leave one"
            + " of them out",
        "--input-dir",
        A_BF16,
        "--output-dir",
        out,
        "--ema",
        "--verify");
  }
}
