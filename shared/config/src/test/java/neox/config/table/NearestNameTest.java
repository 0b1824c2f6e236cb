package neox.config.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  private static final List<String> NAMES = List.of("num_layers", "norm", "train_iters", "warmup");

  @ParameterizedTest
  @CsvSource({
    "num-layers,num_layers",
    "num_layres,num_layers",
    "Norm,norm",
    "nrom,norm",
    "train_iter,train_iters",
    "max_steps,train_iters",
    "wamrup,warmup"
  })
  void findsWhatWasMeant(String written, String meant) {
    assertThat(NearestName.of(written, NAMES)).contains(meant);
    assertThat(NearestName.hint(written, NAMES)).isEqualTo("; did you mean '" + meant + "'?");
  }

  @Test
  void staysSilentWhenNothingIsNear() {
    assertThat(NearestName.of("colour", NAMES)).isEmpty();
    assertThat(NearestName.hint("nrmx", NAMES)).isEmpty();
  }
}
