package neox.inference.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import neox.model.Quantization;
import org.junit.jupiter.api.Test;

class QuantizationNameTest {
  @Test
  void isNamedAsOnTheCommandLine() {
    QuantizationName names = new QuantizationName();
    assertThat(names.convert("int8")).isEqualTo(Quantization.INT8);
    assertThat(names.convert("LLM_int8")).isEqualTo(Quantization.LLM_INT8);
    assertThat(new QuantizationName.Candidates()).containsExactly("none", "int8", "llm-int8");
    assertThatThrownBy(() -> names.convert("int4"))
        .hasMessage("'int4': expected one of none, int8, llm-int8");
  }
}
