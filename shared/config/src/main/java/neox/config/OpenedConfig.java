package neox.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.config.table.ConfigTable;
import neox.config.table.Problems;

/// A configuration whose files have been read, so that it can be understood again once more is
/// known of the run: a pipe cannot be read twice.
public final class OpenedConfig {
  private final ConfigSource source;
  private final List<ConfigText> texts;

  private OpenedConfig(ConfigSource source, List<ConfigText> texts) {
    this.source = source;
    this.texts = texts;
  }

  static OpenedConfig of(ConfigSource source) {
    Problems problems = new Problems();
    List<ConfigText> texts = ConfigText.read(source, problems);
    problems.throwIfAny(); // everything after a file that cannot be read would be guesswork
    return new OpenedConfig(source, texts);
  }

  /// Merges and checks the whole configuration for a run.
  public LoadedConfig forRun(RunShape run) {
    ConfigTable table = table();
    return loaded(NeoxConfig.from(table, run), table);
  }

  /// What has to be known before a run is started.
  ///
  /// @param parallel how many ranks hold one replica of the network
  public record Launching(LaunchConfig config, ParallelConfig parallel) {}

  /// Reads only what says where and how a run is started; all else is checked once its ranks are
  /// counted.
  public Launching launching() {
    Problems problems = new Problems();
    ConfigTable table = new ConfigTable(ConfigFiles.merge(texts, source, problems), problems);
    Launching launching = new Launching(LaunchConfig.from(table), ParallelConfig.from(table));
    problems.throwIfAny();
    return launching;
  }

  /// Reads what describes the network and its tokenizer; see [ConfigLoader#readModel].
  LoadedConfig forModel() {
    ConfigTable table = table();
    return loaded(NeoxConfig.forModel(table), table);
  }

  private ConfigTable table() {
    Problems problems = new Problems();
    return new ConfigTable(ConfigFiles.merge(texts, source, problems), problems);
  }

  private LoadedConfig loaded(NeoxConfig config, ConfigTable table) {
    List<String> unheard = table.finish();
    Map<String, String> originals = new LinkedHashMap<>();
    texts.forEach(text -> originals.put(text.name(), text.text()));
    return LoadedConfig.of(config, originals, table, unheard);
  }
}
