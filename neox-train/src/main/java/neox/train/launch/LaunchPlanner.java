package neox.train.launch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import neox.base.UserException;
import neox.config.LaunchConfig;
import neox.config.LaunchConfig.LauncherName;
import neox.config.LaunchConfig.Starter;
import neox.parallel.Launch;
import neox.parallel.SlurmNodes;

/// Decides who starts which ranks where. All that it does beside thinking is to ask hosts.
final class LaunchPlanner {
  private final LaunchRequest request;
  private final LaunchConfig config;
  private final List<String> settings;
  private final HostProbe probe;
  private final List<String> warnings = new ArrayList<>();

  private LaunchPlanner(LaunchRequest request, List<String> settings, HostProbe probe) {
    this.request = request;
    this.config = request.config();
    this.settings = settings;
    this.probe = probe;
  }

  /// @param settings lines of the `.deepspeed_env` files
  static LaunchPlan plan(LaunchRequest request, List<String> settings, HostProbe probe) {
    return new LaunchPlanner(request, settings, probe).plan();
  }

  private LaunchPlan plan() {
    requireSlurmJob();
    Resources all = all();
    Resources chosen = new HostSelection(config.hosts(), warnings::add).of(all);
    boolean several = chosen.hosts().size() > 1 || isForced();
    Meeting meeting = new Meeting(meetingAddress(chosen), meetingPort());
    Launcher launcher = several ? launcher(all, chosen) : new Launcher.Local();
    warnAbout(launcher, all, chosen);
    warnAboutKey(launcher, chosen);
    Exports exports = Exports.of(request, settings);
    Start start = new CommandLines(all, chosen, meeting, exports, request).of(launcher);
    int ranks = launcher.startsRanks() ? tasks(launcher, all, chosen) : chosen.worldSize();
    return new LaunchPlan(chosen, ranks, launcher, meeting, start, warnings);
  }

  /// A job of Slurm says in its batch script which part of it this is.
  private void requireSlurmJob() {
    if (!config.starter().slurm() || request.variable("SLURM_LOCALID").isPresent()) {
      return;
    }
    if (request.hostfile().isPresent()) {
      throw UserException.of(
          "deepspeed_slurm: SLURM_LOCALID is not set, so this is no job of Slurm; start it with"
              + " sbatch, or set deepspeed_slurm to false");
    }
    warnings.add("deepspeed_slurm: this is no job of Slurm; the run stays on this host");
  }

  private boolean isForced() {
    Starter starter = config.starter();
    boolean here = request.hostfile().isEmpty() && !starter.forceMulti();
    return isAllocated() || (starter.forced() && !here);
  }

  /// Whether the hosts are those that Slurm has given to the job whose batch script this is.
  private boolean isAllocated() {
    return request.hostfile().isEmpty()
        && config.starter().launcher() == LauncherName.SLURM
        && Launch.tasksOfBatchScript(request.environment()).isPresent()
        && request.variable(NODES).isPresent();
  }

  /// Slurm's own hosts, the job's tasks spread evenly over them.
  private Resources allocated() {
    int tasks = Launch.tasksOfBatchScript(request.environment()).orElseThrow();
    List<String> hosts = SlurmNodes.expand(NODES, request.variable(NODES).orElseThrow());
    SequencedMap<String, List<Integer>> slots = new LinkedHashMap<>();
    for (int i = 0; i < hosts.size(); i++) {
      int extra = i < tasks % hosts.size() ? 1 : 0;
      slots.put(hosts.get(i), Resources.first(tasks / hosts.size() + extra));
    }
    return new Resources(slots);
  }

  private Resources all() {
    if (request.hostfile().isPresent()) {
      return request.hostfile().get().resources();
    }
    if (isAllocated()) {
      return allocated();
    }
    OptionalInt asked = config.hosts().slots();
    boolean anyNumber = asked.isPresent() && !request.here().hasGpus();
    List<Integer> slots = anyNumber ? Resources.first(asked.getAsInt()) : request.here().slots();
    return Resources.of(Resources.LOCALHOST, slots);
  }

  private int meetingPort() {
    Optional<String> port = request.variable("MASTER_PORT");
    if (port.isEmpty()) {
      return config.meeting().port();
    }
    if (!port.get().matches("\\d{1,5}")) {
      throw UserException.of("MASTER_PORT: expected a number, found '%s'", port.get());
    }
    return Integer.parseInt(port.get());
  }

  private String meetingAddress(Resources chosen) {
    Optional<String> given = request.variable("MASTER_ADDR").or(() -> config.meeting().address());
    if (request.hostfile().isEmpty()) {
      return given.orElse(isAllocated() ? chosen.firstHost() : LOOPBACK);
    }
    String host = chosen.firstHost();
    if (chosen.slots(host).isEmpty()) {
      warnings.add(
          "%s: %s has no slots, so that no rank is where all are to meet; remove its line"
              .formatted(request.hostfile().get().name(), host));
    }
    boolean local = request.here().is(host);
    if (config.starter().checksSsh() && !local) {
      requireLogin(host);
    }
    return given.orElseGet(() -> addressOf(host, local));
  }

  private void requireLogin(String host) {
    HostProbe.Answer answer =
        probe.ask(ssh(List.of("-o", "PasswordAuthentication=no"), host, "hostname"));
    if (!answer.isGood()) {
      throw UserException.of(
          "%s: host %s was not reachable via ssh (%s); set up passwordless ssh to it, set"
              + " no_ssh_check, or for this host alone leave out the hostfile",
          hostfileName(), host, lastLine(answer));
    }
  }

  private String addressOf(String host, boolean local) {
    List<String> command =
        local ? List.of("hostname", "-I") : ssh(List.of(), host, "hostname", "-I");
    HostProbe.Answer answer = probe.ask(command);
    String[] addresses = answer.output().strip().split("\\s+", -1);
    if (!answer.isGood() || addresses[0].isEmpty()) {
      throw UserException.of(
          "%s: '%s' does not tell where ranks can meet (%s); give master_addr",
          hostfileName(), String.join(" ", command), lastLine(answer));
    }
    return addresses[0];
  }

  /// A question to a host; where ssh is the launcher, asked with the same words of its own.
  private List<String> ssh(List<String> options, String host, String... question) {
    Starter starter = config.starter();
    List<String> words = new ArrayList<>(List.of("ssh"));
    words.addAll(options);
    if (starter.launcher() == LauncherName.SSH) {
      words.addAll(List.of("-o", "BatchMode=yes", "-o", "ConnectTimeout=10"));
      words.addAll(Shell.words("launcher_args", starter.arguments()));
    }
    words.add(host);
    words.addAll(List.of(question));
    return words;
  }

  private String hostfileName() {
    return request.hostfile().map(Hostfile::name).orElse(Resources.LOCALHOST);
  }

  private static String lastLine(HostProbe.Answer answer) {
    return answer
        .output()
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((_, last) -> last)
        .orElse("exit code " + answer.code());
  }

  private Launcher launcher(Resources all, Resources chosen) {
    Starter starter = config.starter();
    List<String> arguments = Shell.words("launcher_args", starter.arguments());
    return switch (starter.launcher()) {
      case PDSH -> new Launcher.Pdsh(arguments);
      case SSH -> new Launcher.Ssh(arguments);
      case SLURM -> slurm(arguments, all, chosen);
      case OPENMPI -> {
        requireWhole(starter.launcher());
        yield new Launcher.OpenMpi(arguments, hostfileName());
      }
      case MPICH -> {
        requireWhole(starter.launcher());
        yield new Launcher.Mpich(arguments);
      }
      case MVAPICH -> {
        requireMpi();
        requireWhole(starter.launcher());
        yield new Launcher.Mvapich(arguments);
      }
      case LOCAL -> {
        if (chosen.hosts().size() > 1) {
          throw UserException.of(
              "launcher: local starts ranks on this host alone, but %s has %d (%s); name a launcher"
                  + " for several, such as ssh",
              hostfileName(), chosen.hosts().size(), String.join(", ", chosen.hosts()));
        }
        yield new Launcher.Local();
      }
    };
  }

  private Launcher slurm(List<String> arguments, Resources all, Resources chosen) {
    Starter starter = config.starter();
    boolean named = !config.hosts().include().isEmpty();
    boolean whole =
        chosen.hosts().stream().allMatch(host -> chosen.slots(host).equals(all.slots(host)));
    if (named && !whole) {
      throw UserException.of(
          "include: Currently only allocating whole nodes is supported while using the SLURM"
              + " launcher.; name all slots of each host, found '%s'",
          config.hosts().include());
    }
    return new Launcher.Slurm(
        arguments,
        starter.comment(),
        starter.account(),
        named ? chosen.hosts() : List.of(),
        config.hosts().nodes(),
        config.hosts().slots());
  }

  private void requireMpi() {
    if (!probe.ask(List.of("mpiname")).isGood()) {
      throw UserException.of(
          "launcher: mvapich is not installed on this host (mpiname does not answer); install"
              + " MVAPICH2, or use another launcher");
    }
  }

  private void requireWhole(LauncherName launcher) {
    String name = launcher.name().toLowerCase(Locale.ROOT);
    if (config.hosts().isFiltered()) {
      throw UserException.of(
          "launcher: %s backend does not support worker include/exclusion; change the hostfile"
              + " instead",
          name);
    }
    if (config.hosts().nodes().isPresent() || config.hosts().slots().isPresent()) {
      throw UserException.of(
          "launcher: %s backend does not support limiting num nodes/gpus; change the hostfile"
              + " instead",
          name);
    }
  }

  private static int tasks(Launcher launcher, Resources all, Resources chosen) {
    boolean named = launcher instanceof Launcher.Slurm slurm && !slurm.nodes().isEmpty();
    return named ? chosen.worldSize() : all.worldSize();
  }

  /// Only the first rank needs it, as a rule.
  private void warnAboutKey(Launcher launcher, Resources chosen) {
    boolean passedOn =
        switch (launcher) {
          case Launcher.Local _, Launcher.Slurm _, Launcher.OpenMpi _ -> true;
          case Launcher.Pdsh _, Launcher.Ssh _, Launcher.Mpich _, Launcher.Mvapich _ -> false;
        };
    if (!passedOn && request.variable(Exports.SECRET).isPresent()) {
      warnings.add(
          "%s is not handed on, since command lines can be read by everybody; let wandb login put it"
                  .formatted(Exports.SECRET)
              + " into ~/.netrc on %s".formatted(chosen.firstHost()));
    }
  }

  private void warnAbout(Launcher launcher, Resources all, Resources chosen) {
    String host = chosen.firstHost();
    switch (launcher) {
      case Launcher.Local _ -> {
        if (!request.here().is(host)) {
          warnings.add(
              "%s is the only host, so its ranks run here, as GPT-NeoX runs them, wherever here is;"
                      .formatted(host)
                  + " set force_multi to start them there");
        }
      }
      case Launcher.Slurm _ -> {
        int tasks = tasks(launcher, all, chosen);
        if (tasks != chosen.worldSize()) {
          warnings.add(
              "srun starts %d ranks, one for each slot of the hostfile, as GPT-NeoX has it, not the"
                      .formatted(tasks)
                  + " %d that num_nodes, num_gpus or exclude leave; change the hostfile instead"
                      .formatted(chosen.worldSize()));
        }
      }
      case Launcher.Pdsh _,
          Launcher.Ssh _,
          Launcher.OpenMpi _,
          Launcher.Mpich _,
          Launcher.Mvapich _ -> {
        // They start what was chosen.
      }
    }
  }

  private static final String NODES = "SLURM_JOB_NODELIST";
  private static final String LOOPBACK = "127.0.0.1";
}
