package neox.config.step;

import java.util.List;

/// How many tokens of each sample a step is trained on, where that grows in the course of a run
/// (arXiv:2108.06084). The rules, and their rounding, are those of DeepSpeed.
public sealed interface Curriculum {
  /// Tokens of a sample in step `n`, the first of which is 1. Never falls.
  int seqLength(long n);

  /// The last step that has the length of step `n`; [StepSchedule#FOREVER] when all later have it.
  long lastAlike(long n);

  /// Whether every length is a multiple of `parts`.
  boolean divides(int parts);

  /// min + (max - min) · (n / totalSteps)^(1 / degree), rounded down to whole tokens, then to a
  /// multiple of `multiple`, and at most max (`fixed_root`; with degree 1 `fixed_linear`).
  record Root(int min, int max, long totalSteps, int multiple, int degree) implements Curriculum {
    /// More than any run has.
    private static final long MOST_STEPS = 1L << 60;

    @Override
    public int seqLength(long n) {
      double progress = Math.pow((double) n / totalSteps, 1.0 / degree);
      double exact = Math.floor(progress * (max - min) + min);
      return (int) Math.min(exact - exact % multiple, max);
    }

    @Override
    public boolean divides(int parts) {
      return multiple % parts == 0 && max % parts == 0;
    }

    @Override
    public long lastAlike(long n) {
      int length = seqLength(n);
      if (length == max || min == max) {
        return StepSchedule.FOREVER;
      }
      long alike = n;
      long other = n + 1;
      while (seqLength(other) == length) {
        if (other > MOST_STEPS) {
          return StepSchedule.FOREVER;
        }
        alike = other;
        other = 2 * other;
      }
      while (other - alike > 1) {
        long middle = alike + (other - alike) / 2;
        if (seqLength(middle) == length) {
          alike = middle;
        } else {
          other = middle;
        }
      }
      return alike;
    }
  }

  /// Length `i` up to and with step `lastSteps[i]`, then the last length (`fixed_discrete`).
  ///
  /// @param lengths one more than `lastSteps`
  record Discrete(List<Integer> lengths, List<Long> lastSteps) implements Curriculum {
    public Discrete {
      lengths = List.copyOf(lengths);
      lastSteps = List.copyOf(lastSteps);
    }

    @Override
    public int seqLength(long n) {
      return lengths.get(phase(n));
    }

    @Override
    public boolean divides(int parts) {
      return lengths.stream().allMatch(length -> length % parts == 0);
    }

    @Override
    public long lastAlike(long n) {
      int phase = phase(n);
      return phase < lastSteps.size() ? lastSteps.get(phase) : StepSchedule.FOREVER;
    }

    private int phase(long n) {
      int phase = 0;
      while (phase < lastSteps.size() && n > lastSteps.get(phase)) {
        phase++;
      }
      return phase;
    }
  }
}
