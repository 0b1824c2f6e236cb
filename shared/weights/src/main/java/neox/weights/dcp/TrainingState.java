package neox.weights.dcp;

import java.util.Set;

/// What programs save beside a model: the first part of the names of such tensors.
final class TrainingState {
  private static final Set<String> ROOTS =
      Set.of(
          "dataloader",
          "lr_scheduler",
          "optim",
          "optimizer",
          "optimizers",
          "rng",
          "rng_state",
          "scheduler",
          "train_state",
          "trainer");

  static boolean has(String name) {
    int dot = name.indexOf('.');
    return ROOTS.contains(dot < 0 ? name : name.substring(0, dot));
  }

  private TrainingState() {}
}
