package neox.train.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.StopRequest;
import neox.base.UserException;

/// Runs what a plan says, to the end of the job.
public final class Starting {
  private static final long PERIOD_MILLIS = 50;

  /// Returns the exit code of the job.
  ///
  /// @param stop what asks this process to stop, and so the job
  public static int run(LaunchPlan plan, Console console, StopRequest stop)
      throws IOException, InterruptedException {
    return switch (plan.launcher()) {
      case Launcher.Ssh _ ->
          new SshJob(plan.resources().hosts(), plan.start().commands(), console, stop).run();
      case Launcher.Local _,
          Launcher.Pdsh _,
          Launcher.Slurm _,
          Launcher.OpenMpi _,
          Launcher.Mpich _,
          Launcher.Mvapich _ ->
          runOne(plan, stop);
    };
  }

  private static int runOne(LaunchPlan plan, StopRequest stop)
      throws IOException, InterruptedException {
    Path hostfile = Files.createTempFile("neox-hosts-", ".txt");
    try {
      NamedFiles.writeString(hostfile, plan.start().hostfile().orElse(""));
      List<String> command = plan.start().commands(hostfile.toString()).getFirst();
      ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
      builder.environment().putAll(plan.start().environment());
      Process process = started(builder, plan.launcher());
      try {
        return await(process, stop);
      } finally {
        process.destroyForcibly();
      }
    } finally {
      Files.deleteIfExists(hostfile);
    }
  }

  private static Process started(ProcessBuilder builder, Launcher launcher) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UserException(
          "launcher %s: %s cannot be run on this host; install it, or set launcher to ssh, which"
                  .formatted(launcher.label(), builder.command().getFirst())
              + " needs ssh alone",
          e);
    }
  }

  private static int await(Process process, StopRequest stop) throws InterruptedException {
    boolean asked = false;
    while (process.isAlive()) {
      if (stop.requested() && !asked) {
        asked = true;
        process.destroy();
      }
      Thread.sleep(PERIOD_MILLIS);
    }
    return process.exitValue();
  }

  private Starting() {}
}
