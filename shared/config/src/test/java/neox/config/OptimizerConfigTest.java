package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `optimizer` and the keys of the learning rate come to.
class OptimizerConfigTest {
  @Test
  void adamIsAdamWUnlessToldOtherwise() {
    assertThat(rule("Adam", "")).isEqualTo(new OptimizerRule.Adam(0.9, 0.999, 1e-8));
    assertThat(rule("cpu_torch_adam", ", betas: [0.8, 0.9], eps: 1e-2"))
        .isEqualTo(new OptimizerRule.Adam(0.8, 0.9, 1e-2));
    assertThat(rule("cpu_adam", ", adam_w_mode: false, bias_correction: false"))
        .isEqualTo(new OptimizerRule.Adam(0.9, 0.999, 1e-8, OptimizerRule.Decay.L2, false));
  }

  @Test
  void eachRuleHasDefaultsOfItsOwn() {
    assertThat(rule("Lion", "")).isEqualTo(new OptimizerRule.Lion(0.9, 0.99));
    assertThat(rule("SGD", "")).isEqualTo(new OptimizerRule.Sgd(0));
    assertThat(rule("SM3", "")).isEqualTo(new OptimizerRule.Sm3(0, 0, 1e-30));
    assertThat(rule("SM3", ", momentum: 0.9, beta: 0.99"))
        .isEqualTo(new OptimizerRule.Sm3(0.9, 0.99, 1e-30));
    assertThat(rule("madgrad_wd", "")).isEqualTo(new OptimizerRule.Madgrad(0.9, 1e-6));
    OptimizerRule.Adam rest = new OptimizerRule.Adam(0.9, 0.999, 1e-8);
    assertThat(rule("muon", ""))
        .isEqualTo(
            new OptimizerRule.Muon(0.95, true, 5, OptimizerRule.MuonScale.MATCH_RMS_ADAMW, rest));
    assertThat(
            rule("Muon", ", momentum: 0.9, nesterov: false, ns_steps: 6, adjust_lr_fn: original"))
        .isEqualTo(new OptimizerRule.Muon(0.9, false, 6, OptimizerRule.MuonScale.ORIGINAL, rest));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lr_decay_style: wsd\nlr_wsd_decay_iters: 20\nlr_wsd_decay_style: minus_sqrt",
        "lr_warmup_iters: 3",
        "ema: {enable: true, decay: 0.99, start_step: 5, update_every_n_steps: 2}",
        "ema: {enable: true, half_life_fraction: 0.1}",
        "optimizer: {type: Adam, params: {lr: 0.1, adam_w_mode: false, bias_correction: false}}",
      })
  void theEffectiveConfigurationReadsBackAsTheSame(String lines) {
    LoadedConfig loaded = TestConfig.loaded(lines, Map.of());
    assertThat(TestConfig.read(loaded.effectiveYaml(), Map.of()).config())
        .isEqualTo(loaded.config());
  }

  @Test
  void anAverageOfTheWeightsIsKeptOnRequest() {
    assertThat(TestConfig.loaded("seed: 1", Map.of()).config().optimizer().ema()).isEmpty();
    assertThat(ema("ema: {enable: true}")).isEqualTo(new EmaConfig(Optional.empty(), 0.05, 0, 1));
    EmaConfig late = ema("ema: {enable: true, decay: 0.5, start_step: 4, update_every_n_steps: 3}");
    assertThat(LongStream.rangeClosed(1, 10).filter(late::isDue)).containsExactly(4L, 7L, 10L);
    assertThat(LongStream.rangeClosed(1, 10).filter(late::isBefore)).containsExactly(1L, 2L, 3L);
    assertThat(late.decayAt(7)).isEqualTo(0.5);
    EmaConfig growing = ema("ema: {enable: true, half_life_fraction: 0.5}");
    assertThat(growing.decayAt(2)).isCloseTo(0.5, within(1e-15));
    assertThat(growing.decayAt(20)).isCloseTo(Math.pow(0.5, 0.1), within(1e-15));
    assertThat(TestConfig.problems("ema: {decay: 0.9}"))
        .isEqualTo(
            "c.yml:1: ema.decay: has no effect without ema.enable; set ema.enable: true, or leave"
                + " it out");
    assertThat(TestConfig.problems("ema: {enable: true, decay: 1}"))
        .contains("ema.decay: expected a number of at least 0 and less than 1, found number 1");
  }

  private static EmaConfig ema(String lines) {
    return TestConfig.loaded(lines, Map.of()).config().optimizer().ema().orElseThrow();
  }

  @Test
  void warmUpIsAFractionOrANumberOfSteps() {
    assertThat(schedule("seed: 1").warmupSteps()).isEqualTo(1);
    assertThat(schedule("warmup: 0.125\nlr_decay_iters: 12").warmupSteps()).isEqualTo(1.5);
    assertThat(schedule("lr_warmup_iters: 7").warmupSteps()).isEqualTo(7);
    assertThat(schedule("lr_warmup_iters: 0").warmupSteps()).isZero();
    assertThat(TestConfig.problems("lr_warmup_iters: 7\nwarmup: 0.1"))
        .isEqualTo("c.yml:1: lr_warmup_iters: give either lr_warmup_iters or warmup, not both");
    assertThat(TestConfig.problems("lr_warmup_iters: 101"))
        .isEqualTo("c.yml:1: lr_warmup_iters: must not be above lr_decay_iters (100), found 101");
  }

  @Test
  void aWarmUpOnTheCommandLineWinsOverTheOtherKindInAFile() {
    ScheduleConfig fraction =
        TestConfig.loaded("lr_warmup_iters: 7", Map.of("warmup", "0.5")).config().schedule();
    assertThat(fraction.warmupSteps()).isEqualTo(50);
    ScheduleConfig steps =
        TestConfig.loaded("warmup: 0.5", Map.of("lr_warmup_iters", "7")).config().schedule();
    assertThat(steps.warmupSteps()).isEqualTo(7);
  }

  @Test
  void wsdDecaysOverTheLastSteps() {
    assertThat(schedule("lr_decay_style: WSD\nlr_wsd_decay_iters: 20").decayStyle())
        .isEqualTo(new DecayStyle.Wsd(DecayStyle.WsdShape.LINEAR, 20));
    assertThat(
            schedule(
                    "lr_decay_style: wsd\nlr_wsd_decay_fraction: 0.1\nlr_decay_iters: 80\n"
                        + "lr_wsd_decay_style: minus_sqrt")
                .decayStyle())
        .isEqualTo(new DecayStyle.Wsd(DecayStyle.WsdShape.MINUS_SQRT, 8));
    assertThat(TestConfig.problems("lr_decay_style: wsd"))
        .isEqualTo(
            "c.yml:1: lr_wsd_decay_iters: required but missing: steps of the decay at the end (or"
                + " give lr_wsd_decay_fraction)");
    assertThat(TestConfig.problems("lr_wsd_decay_iters: 95\nlr_decay_style: wsd\nwarmup: 0.1"))
        .isEqualTo(
            "c.yml:1: lr_wsd_decay_iters: 95 steps of decay after 10.0 of warm-up do not fit into"
                + " lr_decay_iters (100)");
    assertThat(TestConfig.problems("lr_decay_style: wsc"))
        .isEqualTo(
            "c.yml:1: lr_decay_style: expected one of constant, linear, cosine, exponential, wsd,"
                + " found text 'wsc'; did you mean 'wsd'?");
  }

  @Test
  void gradientsAreMeansUnlessSumsAreAskedFor() {
    assertThat(TestConfig.load("seed: 1").optimizer().reduction())
        .isEqualTo(GradientReduction.MEAN);
    assertThat(TestConfig.load("grad_accum_reduction: sum").optimizer().reduction())
        .isEqualTo(GradientReduction.SUM);
  }

  @Test
  void knowsWhichOptimizersFeelTheScaleOfGradients() {
    for (String line :
        List.of(
            "madgrad_wd, params: {lr: 1}",
            "sgd, params: {lr: 1}",
            "adam, params: {lr: 1, eps: 1e-2}",
            "muon, params: {lr: 1, eps: 1e-2}")) {
      assertThat(TestConfig.load("optimizer: {type: " + line + "}").optimizer().dependsOnScale())
          .as(line)
          .isTrue();
    }
    for (String type : List.of("adam", "lion", "sm3", "muon")) {
      assertThat(
              TestConfig.load("optimizer: {type: " + type + ", params: {lr: 1}}")
                  .optimizer()
                  .dependsOnScale())
          .as(type)
          .isFalse();
    }
  }

  private static OptimizerRule rule(String type, String more) {
    String line = "optimizer: {type: %s, params: {lr: 0.1%s}}".formatted(type, more);
    return TestConfig.load(line).optimizer().rule();
  }

  private static ScheduleConfig schedule(String lines) {
    return TestConfig.load(lines).schedule();
  }
}
