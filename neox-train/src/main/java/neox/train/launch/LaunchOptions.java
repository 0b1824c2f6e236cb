package neox.train.launch;

import java.util.LinkedHashMap;
import java.util.Map;
import neox.base.help.HelpGroup;
import neox.config.ConfigSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where and by what a run is started; used as a picocli mixin. Each option is a key of the
/// configuration, which it wins over.
@HelpGroup("Launch")
public final class LaunchOptions {
  @Option(
      names = {"-H", "--hostfile"},
      paramLabel = "FILE",
      description =
          "Hosts to train on, a line 'HOST slots=N' each (default: DLTS_HOSTFILE, /job/hostfile).")
  @Nullable String hostfile;

  @Option(
      names = "--include",
      paramLabel = "HOSTS",
      description = "Take these hosts and slots alone: HOST:0,1@HOST:0.")
  @Nullable String include;

  @Option(
      names = "--exclude",
      paramLabel = "HOSTS",
      description = "Leave out these hosts, or slots of them: HOST@HOST:0.")
  @Nullable String exclude;

  @Option(
      names = {"--num-nodes", "--num_nodes"},
      paramLabel = "N",
      description = "Take the first N hosts.")
  @Nullable String nodes;

  @Option(
      names = {"--num-gpus", "--num_gpus"},
      paramLabel = "N",
      description =
          "Start N ranks on each host (default: all slots of the hostfile; without one all GPUs, or"
              + " on a CPU what one replica of the network takes).")
  @Nullable String slots;

  @Option(
      names = {"--master-addr", "--master_addr"},
      paramLabel = "HOST",
      description = "Where ranks meet: the host of rank 0.")
  @Nullable String masterAddress;

  @Option(
      names = {"--master-port", "--master_port"},
      paramLabel = "N",
      description = "The port they meet at.")
  @Nullable String masterPort;

  @Option(
      names = "--launcher",
      paramLabel = "NAME",
      description =
          "What starts the ranks of several hosts: pdsh, ssh, slurm, openmpi, mpich, mvapich or"
              + " local.")
  @Nullable String launcher;

  @Option(
      names = {"--launcher-args", "--launcher_args"},
      paramLabel = "WORDS",
      description = "Hand these words to the launcher.")
  @Nullable String launcherArguments;

  @Option(
      names = {"--force-multi", "--force_multi"},
      description = "Use the launcher for one host, too.")
  boolean forceMulti;

  @Option(
      names = {"--no-ssh-check", "--no_ssh_check"},
      description = "Do not ask first whether the first host lets us log in.")
  boolean noSshCheck;

  @Option(
      names = {"--print-launch", "--print_launch"},
      description = "Print the commands that would start the ranks, and exit.")
  boolean printLaunch;

  @Option(
      names = {RankCommand.RANK, "--rank_from_environment"},
      hidden = true,
      description = "Be the rank that the environment names; launchers say so.")
  boolean rankFromEnvironment;

  public boolean printsLaunch() {
    return printLaunch;
  }

  public boolean isRank() {
    return rankFromEnvironment;
  }

  /// The source with what these options set.
  public ConfigSource over(ConfigSource source) {
    Map<String, @Nullable String> texts = new LinkedHashMap<>();
    texts.put("hostfile", quoted(hostfile));
    texts.put("include", quoted(include));
    texts.put("exclude", quoted(exclude));
    texts.put("num_nodes", nodes);
    texts.put("num_gpus", slots);
    texts.put("master_addr", quoted(masterAddress));
    texts.put("master_port", masterPort);
    texts.put("launcher", quoted(launcher));
    texts.put("launcher_args", quoted(launcherArguments));
    texts.put("force_multi", forceMulti ? "true" : null);
    texts.put("no_ssh_check", noSshCheck ? "true" : null);
    ConfigSource whole = source;
    for (Map.Entry<String, @Nullable String> entry : texts.entrySet()) {
      String value = entry.getValue();
      if (value != null) {
        whole = whole.with("--" + entry.getKey(), entry.getKey(), value);
      }
    }
    return whole;
  }

  /// As YAML writes a text that might look like something else.
  private static @Nullable String quoted(@Nullable String text) {
    return text == null ? null : "'" + text.replace("'", "''") + "'";
  }
}
