package neox.train.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import neox.train.plan.PublishedRun.Use;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Published runs are as fast as planned. `golden/plan/README.md` says where they are from.
class PublishedRunsTest {
  private static final double TOLERANCE = 0.15;

  static Stream<Named<PublishedRun>> checks() throws IOException {
    return PublishedRun.all().stream()
        .filter(run -> run.use() == Use.CHECK)
        .map(run -> Named.of(run.name(), run));
  }

  @ParameterizedTest
  @MethodSource("checks")
  void aRunThatWasNotLookedAtIsAsFastAsPlanned(PublishedRun run) throws IOException {
    assertThat(throughput(run)).isCloseTo(1, within(TOLERANCE));
  }

  @Test
  void theEfficienciesAreThoseOfTheRunsTheyWereChosenBy() throws IOException {
    List<Double> errors =
        PublishedRun.all().stream()
            .filter(run -> run.use() == Use.CALIBRATION)
            .map(run -> Math.abs(throughput(run) - 1))
            .toList();
    double mean = errors.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    assertThat(mean).isLessThan(0.06);
  }

  /// Kernels that are fused by hand move less: docs/planning.md says by how much.
  @Test
  void aProgramWithFusedKernelsIsFasterThanPlanned() throws IOException {
    List<Double> planned =
        PublishedRun.all().stream()
            .filter(run -> run.use() == Use.OTHER_KERNELS)
            .map(PublishedRunsTest::throughput)
            .toList();
    assertThat(planned).hasSize(2).allSatisfy(share -> assertThat(share).isBetween(0.8, 0.9));
  }

  /// Planned tokens per second as a share of the published.
  private static double throughput(PublishedRun run) {
    return run.seconds() / run.plan(Efficiency.CALIBRATED).seconds();
  }
}
