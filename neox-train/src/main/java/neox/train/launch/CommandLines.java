package neox.train.launch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import neox.base.UserException;

/// The command lines of launchers: word by word those of DeepSpeed, but for what becomes a rank in
/// the end.
///
/// @param all hosts and slots of the hostfile
/// @param chosen those of them that the run takes
record CommandLines(
    Resources all, Resources chosen, Meeting meeting, Exports exports, LaunchRequest request) {
  private static final String FAN_OUT = "1024";
  private static final String PYTHONPATH = "PYTHONPATH";

  /// What Open MPI gets unless `launcher_args` names another interface.
  private static final String INTERFACE = "btl_tcp_if_include";

  private static final Map<String, String> OF_OPENMPI = Map.of("UCX_TLS", "tcp");

  private static final List<List<String>> OF_MVAPICH =
      List.of(
          List.of("MV2_SMP_USE_CMA", "0"),
          List.of("MV2_DEBUG_SHOW_BACKTRACE", "1"),
          List.of("MV2_SUPPORT_DL", "1"),
          List.of("MV2_ENABLE_AFFINITY", "0"),
          List.of("MV2_INTER_ALLGATHER_TUNING", "5"),
          List.of("MV2_CUDA_USE_NAIVE", "0"));

  Start of(Launcher launcher) {
    return switch (launcher) {
      case Launcher.Local _ -> Start.of(request.command().agent(chosen, "", meeting));
      case Launcher.Pdsh pdsh -> pdsh(pdsh);
      case Launcher.Ssh ssh -> ssh(ssh);
      case Launcher.Slurm slurm -> withPythonPath(slurm(slurm));
      case Launcher.OpenMpi mpi -> withPythonPath(openMpi(mpi));
      case Launcher.Mpich mpi -> withPythonPath(mpich(mpi));
      case Launcher.Mvapich mpi -> withPythonPath(mvapich(mpi)).withHostfile(lines(all.hosts()));
    };
  }

  /// pdsh puts a host's number where `%n` stands, and hands its words to a shell.
  private Start pdsh(Launcher.Pdsh pdsh) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("pdsh", "-S", "-f", FAN_OUT, "-w", String.join(",", chosen.hosts())));
    words.addAll(pdsh.arguments());
    StringBuilder settings = new StringBuilder();
    exports
        .all()
        .forEach((name, value) ->
            settings
                .append("export ")
                .append(name)
                .append('=')
                .append(forPdsh(value))
                .append("; "));
    words.add(settings.toString());
    words.add("cd %s;".formatted(Shell.quoted(request.directory().toString()).replace("%", "%%")));
    String node = "--node_rank=%n";
    for (String word : request.command().agent(chosen, "%n", meeting)) {
      words.add(word.equals(node) ? node : Shell.quoted(word).replace("%", "%%"));
    }
    return withPythonPath(words).with("PDSH_RCMD_TYPE", "ssh");
  }

  private static String forPdsh(String value) {
    return Shell.inDoubleQuotes(value).replace("%", "%%");
  }

  /// One ssh for each host. It asks for no password, and notices within a minute that a host is
  /// gone; the agent ends when its standard input does.
  private Start ssh(Launcher.Ssh ssh) {
    List<List<String>> commands = new ArrayList<>();
    for (int node = 0; node < chosen.hosts().size(); node++) {
      String host = chosen.hosts().get(node);
      List<String> words = new ArrayList<>();
      words.addAll(List.of("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"));
      words.addAll(List.of("-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=3"));
      words.addAll(ssh.arguments());
      words.add(host);
      List<String> remote = new ArrayList<>(List.of("env"));
      exports.all().forEach((name, value) -> remote.add(name + "=" + value));
      remote.addAll(
          request
              .command()
              .agent(List.of(RankCommand.OBEYING), chosen, Integer.toString(node), meeting));
      words.add(
          "cd %s && exec %s"
              .formatted(Shell.quoted(request.directory().toString()), Shell.line(remote)));
      commands.add(words);
    }
    return new Start(commands, new LinkedHashMap<>(), Optional.empty());
  }

  private List<String> slurm(Launcher.Slurm slurm) {
    List<String> words = new ArrayList<>();
    int tasks = slurm.nodes().isEmpty() ? all.worldSize() : chosen.worldSize();
    words.addAll(List.of("srun", "-n", Integer.toString(tasks)));
    words.addAll(slurm.arguments());
    slurm.comment().ifPresent(comment -> words.addAll(List.of("--comment", comment)));
    slurm.account().ifPresent(account -> words.addAll(List.of("--account", account)));
    if (!slurm.nodes().isEmpty()) {
      words.addAll(List.of("--nodelist", String.join(",", slurm.nodes())));
    }
    add(words, "--nodes", slurm.nodeCount());
    add(words, "--gpus", slurm.gpus());
    words.add("--export=ALL" + quoted().stream().map(e -> "," + e).collect(Collectors.joining()));
    words.addAll(request.command().rank(meeting));
    return words;
  }

  private static void add(List<String> words, String option, OptionalInt value) {
    value.ifPresent(number -> words.addAll(List.of(option, Integer.toString(number))));
  }

  private List<String> openMpi(Launcher.OpenMpi mpi) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("mpirun", "-n", Integer.toString(all.worldSize())));
    words.addAll(List.of("-hostfile", mpi.hostfile(), "--mca", "btl", "^openib"));
    if (!mpi.arguments().contains(INTERFACE)) {
      words.addAll(List.of("--mca", INTERFACE, "eth0"));
    }
    words.addAll(mpi.arguments());
    OF_OPENMPI.forEach((name, value) -> words.addAll(List.of("-x", quoted(name, value))));
    quoted().forEach(setting -> words.addAll(List.of("-x", setting)));
    exports.own().forEach((name, _) -> words.addAll(List.of("-x", name)));
    if (request.variable(Exports.SECRET).isPresent()) {
      words.addAll(List.of("-x", Exports.SECRET)); // mpirun takes the value from its environment
    }
    words.addAll(request.command().rank(meeting));
    return words;
  }

  private List<String> mpich(Launcher.Mpich mpi) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("mpirun", "-n", Integer.toString(all.worldSize())));
    words.addAll(List.of("-ppn", Integer.toString(slotsOfEach("MPICH"))));
    words.addAll(mpi.arguments());
    exports.all().forEach((name, value) -> words.addAll(List.of("-genv", name, value)));
    words.addAll(List.of("-hosts", String.join(",", all.hosts())));
    words.addAll(request.command().rank(meeting));
    return words;
  }

  private List<String> mvapich(Launcher.Mvapich mpi) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("mpirun", "-np", Integer.toString(all.worldSize())));
    words.addAll(List.of("-ppn", Integer.toString(slotsOfEach("mvapich"))));
    words.addAll(List.of("--hostfile", Start.HOSTFILE));
    words.addAll(mpi.arguments());
    OF_MVAPICH.forEach(
        pair -> words.addAll(List.of("-env", quoted(pair.getFirst(), pair.getLast()))));
    quoted().forEach(setting -> words.addAll(List.of("-env", setting)));
    exports.own().forEach((name, value) -> words.addAll(List.of("-env", name + "=" + value)));
    words.addAll(request.command().rank(meeting));
    return words;
  }

  /// The slots of a host where all have as many.
  private int slotsOfEach(String who) {
    int first = all.slots(all.firstHost()).size();
    if (all.slots().values().stream().anyMatch(slots -> slots.size() != first)) {
      throw UserException.of(
          "launcher: %s requires same number of devices per node, found %s; write the same slots=N"
              + " for each host, or use another launcher",
          who,
          all.slots().entrySet().stream()
              .map(e -> e.getKey() + " slots=" + e.getValue().size())
              .collect(Collectors.joining(", ")));
    }
    return first;
  }

  private Start withPythonPath(List<String> words) {
    Start start = Start.of(words);
    String path = exports.likeDeepSpeed().get(PYTHONPATH);
    return path == null ? start : start.with(PYTHONPATH, path);
  }

  private List<String> quoted() {
    List<String> settings = new ArrayList<>();
    SequencedMap<String, String> variables = exports.likeDeepSpeed();
    variables.forEach((name, value) -> settings.add(quoted(name, value)));
    return settings;
  }

  /// NeoX compat: the quotes are part of the word.
  private static String quoted(String name, String value) {
    return name + "=\"" + value.strip() + "\"";
  }

  private static String lines(List<String> hosts) {
    return hosts.stream().map(host -> host + "\n").collect(Collectors.joining());
  }
}
