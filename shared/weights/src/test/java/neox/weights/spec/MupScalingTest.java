package neox.weights.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import neox.config.model.BaseShapes;
import neox.config.model.InitMethod;
import neox.config.model.Mup;
import neox.weights.Shape;
import org.junit.jupiter.api.Test;

class MupScalingTest {
  private static final OptionalLong FIXED = OptionalLong.empty();

  private static final BaseShapes SHAPES =
      new BaseShapes(
          Map.of(
              "2.matrix", List.of(OptionalLong.of(48), OptionalLong.of(16)),
              "2.table", List.of(FIXED, OptionalLong.of(16)),
              "2.bias", List.of(OptionalLong.of(48))));

  @Test
  void neoxScalesFirstValuesAndDecayOfMatrices() {
    ParameterSpec matrix = scaled(Mup.Rules.NEOX, "matrix", InitMethod.SMALL_INIT, 192, 64);
    assertThat(matrix.group()).isEqualTo(new Group(4.0, 1));
    assertThat(matrix.initializer())
        .isEqualTo(new Initializer.Random(InitMethod.SMALL_INIT, 0.02, 3, 64, 0.25));
    ParameterSpec table = scaled(Mup.Rules.NEOX, "table", InitMethod.SMALL_INIT, 512, 64);
    assertThat(table.group()).isEqualTo(Group.DECAYING);
    assertThat(table.initializer())
        .isEqualTo(new Initializer.Random(InitMethod.SMALL_INIT, 0.02, 3, 64, 0.5));
  }

  @Test
  void thePaperScalesRatesAsWellAndBeginsAsTheBaseDoes() {
    ParameterSpec matrix = scaled(Mup.Rules.PAPER, "matrix", InitMethod.WANG_INIT, 192, 64);
    assertThat(matrix.group()).isEqualTo(new Group(4.0, 0.25));
    assertThat(matrix.initializer())
        .isEqualTo(new Initializer.Random(InitMethod.WANG_INIT, 0.02, 3, 16, 0.25));
    assertThat(scaled(Mup.Rules.PAPER, "matrix", InitMethod.NORMAL, 192, 64).initializer())
        .isEqualTo(new Initializer.Random(InitMethod.NORMAL, 0.02, 3, 64, 0.25));
    assertThat(scaled(Mup.Rules.PAPER, "matrix", InitMethod.XAVIER_NORMAL, 192, 64).initializer())
        .isEqualTo(new Initializer.Random(InitMethod.XAVIER_NORMAL, 0.02, 3, 64, 0.5));
  }

  @Test
  void leavesNormsAndBiasesAlone() {
    ParameterSpec bias =
        new ParameterSpec(
            List.of(new Home(2, "bias")),
            Shape.of(192),
            new Initializer.Constant(0),
            Share.SAME,
            Group.PLAIN,
            true);
    for (Mup.Rules rules : Mup.Rules.values()) {
      assertThat(new MupScaling(mup(rules)).apply(bias)).isEqualTo(bias);
    }
  }

  /// First values are half as large as the method says, widths four times the base's.
  private static ParameterSpec scaled(
      Mup.Rules rules, String name, InitMethod method, long... shape) {
    ParameterSpec spec =
        new ParameterSpec(
            List.of(new Home(2, name)),
            Shape.of(shape),
            new Initializer.Random(method, 0.02, 3, 64),
            Share.SAME,
            Group.DECAYING,
            true);
    return new MupScaling(mup(rules)).apply(spec);
  }

  private static Mup mup(Mup.Rules rules) {
    return new Mup(SHAPES, 4, rules, 0.5, 1, 1, 1);
  }
}
