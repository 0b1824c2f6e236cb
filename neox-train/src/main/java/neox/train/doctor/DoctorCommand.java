package neox.train.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.Addresses;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.config.ConfigLoader;
import neox.config.ConfigOptions;
import neox.config.ConfigSource;
import neox.config.LaunchConfig;
import neox.config.NeoxConfig;
import neox.train.launch.HostProbe;
import neox.train.launch.Hostfile;
import neox.train.launch.Parts;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-train doctor`: is this host, and are the others, fit for a run?
@Command(
    name = "doctor",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Looks whether this host, and those of a hostfile, are fit for a run.",
    footerHeading = "Examples:",
    footer = {
      "  neox-train doctor pythia-14m.yml",
      "  neox-train doctor -H hostfile",
      "",
      "A line for each thing: ok, warn or fail, and what to do. The exit code is 1 when one fails."
    })
@HelpGroup("Hosts")
public final class DoctorCommand implements ToolCommand {
  private static final int USUAL_PORT = 29_500;
  private static final List<String> SSH =
      List.of("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10");

  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin ConfigOptions config = new ConfigOptions();

  @Option(
      names = {"-H", "--hostfile"},
      paramLabel = "FILE",
      description = "Hosts to look at, too (default: that of the configuration, if it has one).")
  @Nullable Path hostfile;

  @Override
  public int call(Console console) throws IOException {
    Optional<String> answer = config.answer();
    if (answer.isPresent()) {
      console.out().print(answer.get());
      return ExitCode.OK;
    }
    ConfigSource source = config.source();
    boolean configured = !source.files().isEmpty() || !source.overrides().isEmpty();
    Optional<NeoxConfig> read =
        configured ? Optional.of(ConfigLoader.load(source)) : Optional.empty();
    Optional<LaunchConfig> launch = read.map(NeoxConfig::launch);
    int port = launch.map(l -> l.meeting().port()).orElse(USUAL_PORT);
    List<Check> checks = new ArrayList<>(new HostChecks(Path.of("/proc")).all(port));
    checks.addAll(read.map(DoctorCommand::places).orElse(List.of(here())));
    checks.forEach(check -> console.out().println(check.line()));
    List<Check> others = others(launch, port);
    others.forEach(check -> console.out().println(check.line()));
    boolean fails = Stream.concat(checks.stream(), others.stream()).anyMatch(Check::isFailure);
    return fails ? ExitCode.FAILED : ExitCode.OK;
  }

  private static Check here() {
    return HostChecks.disk("disk", Path.of(""));
  }

  /// Where the run writes and reads.
  private static List<Check> places(NeoxConfig config) {
    List<Check> checks = new ArrayList<>();
    config.checkpoint().save().ifPresent(save -> checks.add(HostChecks.disk("save", save)));
    config.monitor().logDir().ifPresent(logs -> checks.add(HostChecks.disk("log_dir", logs)));
    config
        .data()
        .dataPath()
        .ifPresent(prefix ->
            checks.add(HostChecks.readable("data_path", Addresses.path(prefix + ".bin"))));
    config
        .tokenizer()
        .vocabFile()
        .ifPresent(file -> checks.add(HostChecks.readable("vocab_file", file)));
    return checks;
  }

  private List<Check> others(Optional<LaunchConfig> launch, int port) throws IOException {
    Optional<Hostfile> hosts =
        hostfile != null
            ? Optional.of(Hostfile.read(hostfile))
            : launch.isPresent()
                ? Parts.hostfile(launch.get(), Environment.all())
                : Optional.empty();
    if (hosts.isEmpty()) {
      return List.of();
    }
    List<String> names = List.copyOf(hosts.get().slots().keySet());
    String address = launch.flatMap(l -> l.meeting().address()).orElse(names.getFirst());
    String program = System.getProperty("neox.program", "neox-train");
    List<String> ssh = new ArrayList<>(SSH);
    launch.ifPresent(l -> ssh.addAll(Parts.wordsForSsh(l)));
    return new NetworkChecks(HostProbe.programs(), ssh, program, System::currentTimeMillis)
        .all(names, address, port);
  }
}
