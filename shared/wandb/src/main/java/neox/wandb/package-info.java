/// A run's record at Weights & Biases, without its SDK: a [neox.wandb.Journal] on disk, to which
/// training adds, and a [neox.wandb.Sender] that sends from there what the server has not got yet.
@NullMarked
package neox.wandb;

import org.jspecify.annotations.NullMarked;
