package neox.eval;

import static org.assertj.core.api.Assertions.assertThat;

import neox.eval.report.RunDescription.Seeds;
import org.junit.jupiter.api.Test;

class EvalArgumentsTest {
  @Test
  void oneSeedIsForAllAndThreeLeaveTheExamplesAlone() {
    assertThat(EvalArguments.seeds("")).isEqualTo(new Seeds(0, 1234, 1234, 1234));
    assertThat(EvalArguments.seeds("5")).isEqualTo(new Seeds(5, 5, 5, 5));
    assertThat(EvalArguments.seeds("1,2,3")).isEqualTo(new Seeds(1, 2, 3, 1234));
    assertThat(EvalArguments.seeds("1, 2, 3, 4")).isEqualTo(new Seeds(1, 2, 3, 4));
  }

  @Test
  void generationOptionsKeepTheirTypes() {
    assertThat(EvalArguments.keywords("max_gen_toks=32,temperature=0.0,do_sample=False,until=x"))
        .hasToString(
            "{\"max_gen_toks\":32,\"temperature\":0.0,\"do_sample\":false,\"until\":\"x\"}");
    assertThat(EvalArguments.keywords("{\"until\": [\"a,b\"]}"))
        .hasToString("{\"until\":[\"a,b\"]}");
    assertThat(EvalArguments.keywords("")).isEmpty();
  }
}
