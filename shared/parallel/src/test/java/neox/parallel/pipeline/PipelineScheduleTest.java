package neox.parallel.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import neox.parallel.pipeline.Step.Backward;
import neox.parallel.pipeline.Step.Forward;
import neox.parallel.pipeline.Step.ReceiveActivation;
import neox.parallel.pipeline.Step.ReceiveGradient;
import neox.parallel.pipeline.Step.SendActivation;
import neox.parallel.pipeline.Step.SendGradient;
import neox.parallel.pipeline.Step.SwapWithNext;
import neox.parallel.pipeline.Step.SwapWithPrevious;
import org.junit.jupiter.api.Test;

class PipelineScheduleTest {
  private static List<List<Step>> programs(int stages, int microBatches) {
    return IntStream.range(0, stages)
        .mapToObj(s -> PipelineSchedule.oneForwardOneBackward(s, stages, microBatches))
        .toList();
  }

  private static void everySize(BiConsumer<Integer, Integer> check) {
    for (int stages = 1; stages <= 8; stages++) {
      for (int microBatches = 1; microBatches <= 16; microBatches++) {
        check.accept(stages, microBatches);
      }
    }
  }

  @Test
  void oneStageIsGradientAccumulation() {
    assertThat(PipelineSchedule.oneForwardOneBackward(0, 1, 3))
        .containsExactly(
            new Forward(0),
            new Backward(0),
            new Forward(1),
            new Backward(1),
            new Forward(2),
            new Backward(2));
  }

  @Test
  void neverDeadlocksUnderRendezvous() {
    everySize((stages, microBatches) ->
        assertThat(RendezvousSimulator.completes(programs(stages, microBatches)))
            .as("%d stages, %d micro-batches", stages, microBatches)
            .isTrue());
  }

  @Test
  void forwardOnlyNeverDeadlocksAndPassesEveryMicroBatchOnce() {
    everySize((stages, microBatches) -> {
      List<List<Step>> programs =
          IntStream.range(0, stages)
              .mapToObj(s -> PipelineSchedule.forwardOnly(s, stages, microBatches))
              .toList();
      assertThat(RendezvousSimulator.completes(programs))
          .as("%d stages, %d micro-batches", stages, microBatches)
          .isTrue();
      List<Step> all = IntStream.range(0, microBatches).<Step>mapToObj(Forward::new).toList();
      assertThat(programs)
          .allSatisfy(program ->
              assertThat(program.stream().filter(Forward.class::isInstance).toList())
                  .isEqualTo(all));
    });
  }

  @Test
  void theSimulatorSeesTheDeadlockOfUnfusedSwaps() {
    List<List<Step>> unfused =
        programs(2, 2).stream()
            .map(program -> program.stream().flatMap(PipelineScheduleTest::unfused).toList())
            .toList();
    assertThat(RendezvousSimulator.completes(unfused)).isFalse();
  }

  @Test
  void theSimulatorSeesAMissingCounterpart() {
    assertThat(
            RendezvousSimulator.completes(
                List.of(List.of(new SendActivation(0)), List.of(new ReceiveActivation(1)))))
        .isFalse();
    assertThat(
            RendezvousSimulator.completes(
                List.of(List.of(new SendActivation(0)), List.of(new ReceiveActivation(0)))))
        .isTrue();
  }

  private static Stream<Step> unfused(Step step) {
    return switch (step) {
      case SwapWithNext(int out, int in) ->
          Stream.of(new SendActivation(out), new ReceiveGradient(in));
      case SwapWithPrevious(int out, int in) ->
          Stream.of(new SendGradient(out), new ReceiveActivation(in));
      case Forward _,
          Backward _,
          SendActivation _,
          ReceiveActivation _,
          SendGradient _,
          ReceiveGradient _ ->
          Stream.of(step);
    };
  }

  @Test
  void everyMicroBatchGoesForwardOnceThenBackwardOnceInOrder() {
    everySize((stages, microBatches) -> {
      for (List<Step> program : programs(stages, microBatches)) {
        List<Integer> forward = new ArrayList<>();
        List<Integer> backward = new ArrayList<>();
        for (Step step : program) {
          if (step instanceof Forward(int i)) {
            forward.add(i);
          }
          if (step instanceof Backward(int i)) {
            assertThat(forward).contains(i);
            backward.add(i);
          }
        }
        List<Integer> all = IntStream.range(0, microBatches).boxed().toList();
        assertThat(forward).isEqualTo(all);
        assertThat(backward).isEqualTo(all);
      }
    });
  }

  @Test
  void keepsNoMoreActivationsThanStagesBehind() {
    everySize((stages, microBatches) -> {
      for (int stage = 0; stage < stages; stage++) {
        Set<Integer> kept = new HashSet<>();
        int most = 0;
        for (Step step : programs(stages, microBatches).get(stage)) {
          if (step instanceof Forward(int i)) {
            kept.add(i);
            most = Math.max(most, kept.size());
          }
          if (step instanceof Backward(int i)) {
            kept.remove(i);
          }
        }
        assertThat(most).isEqualTo(Math.min(stages - stage, microBatches));
      }
    });
  }

  @Test
  void refusesStagesOutsideAndNoMicroBatches() {
    assertThatThrownBy(() -> PipelineSchedule.oneForwardOneBackward(2, 2, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> PipelineSchedule.oneForwardOneBackward(0, 1, 0))
        .hasMessage("at least one micro-batch, not 0");
    assertThatThrownBy(() -> PipelineSchedule.forwardOnly(-1, 2, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> PipelineSchedule.forwardOnly(0, 1, -1))
        .hasMessage("at least one micro-batch, not -1");
  }
}
