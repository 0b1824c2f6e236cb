package neox.parallel.pipeline;

import java.util.ArrayList;
import java.util.List;
import neox.parallel.pipeline.Step.Backward;
import neox.parallel.pipeline.Step.Forward;
import neox.parallel.pipeline.Step.ReceiveActivation;
import neox.parallel.pipeline.Step.ReceiveGradient;
import neox.parallel.pipeline.Step.SendActivation;
import neox.parallel.pipeline.Step.SendGradient;
import neox.parallel.pipeline.Step.SwapWithNext;
import neox.parallel.pipeline.Step.SwapWithPrevious;

/// Plays the schedules of all stages against each other under the hardest rules: a step that talks
/// is done only when the neighbour's current step is its counterpart.
final class RendezvousSimulator {
  private final List<List<Step>> programs;
  private final int[] position;
  private final List<Integer> finished = new ArrayList<>();

  private RendezvousSimulator(List<List<Step>> programs) {
    this.programs = programs;
    this.position = new int[programs.size()];
  }

  /// True when every stage reaches its end.
  static boolean completes(List<List<Step>> programs) {
    RendezvousSimulator simulator = new RendezvousSimulator(programs);
    boolean progress = true;
    while (progress) {
      progress = false;
      for (int stage = 0; stage < programs.size(); stage++) {
        progress |= simulator.advance(stage);
      }
    }
    return simulator.finished.size() == programs.size();
  }

  private boolean advance(int stage) {
    if (position[stage] == programs.get(stage).size()) {
      return false;
    }
    boolean moved =
        switch (programs.get(stage).get(position[stage])) {
          case Forward _, Backward _ -> step(stage);
          case SendActivation(int i) -> meet(stage, stage + 1, new ReceiveActivation(i));
          case SendGradient(int i) -> meet(stage, stage - 1, new ReceiveGradient(i));
          case SwapWithNext(int out, int in) ->
              meet(stage, stage + 1, new SwapWithPrevious(in, out));
          // The sender, or the earlier stage of a swap, moves both.
          case ReceiveActivation _, ReceiveGradient _, SwapWithPrevious _ -> false;
        };
    return moved;
  }

  private boolean meet(int stage, int neighbour, Step counterpart) {
    List<Step> program = programs.get(neighbour);
    if (position[neighbour] == program.size()
        || !program.get(position[neighbour]).equals(counterpart)) {
      return false;
    }
    step(neighbour);
    return step(stage);
  }

  private boolean step(int stage) {
    if (++position[stage] == programs.get(stage).size()) {
      finished.add(stage);
    }
    return true;
  }
}
