package neox.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.HubSettings;
import neox.hub.Pause;
import neox.hub.download.Download;
import neox.prepare.Corpus.Part;
import neox.preprocess.compression.GzipMembers;
import neox.preprocess.compression.ZstdFrames;

/// Lays the data of evaluation tasks out as `neox-eval` reads them: `DIRECTORY/FOLDER/SPLIT.jsonl`,
/// a JSON object per row. A file appears complete or not at all.
final class EvalDownload {
  private final Path directory;
  private final HubSettings settings;
  private final Pause pause;
  private final Console console;

  EvalDownload(Path directory, HubSettings settings, Pause pause, Console console) {
    this.directory = directory;
    this.settings = settings;
    this.pause = pause;
    this.console = console;
  }

  /// Where a split's rows are to lie.
  Path file(EvalTask task, EvalTask.Split split) {
    return directory.resolve(task.folder()).resolve(split.name() + ".jsonl");
  }

  /// Downloads one split. Several threads may do so at a time, each with a download of its own.
  void make(EvalTask task, EvalTask.Split split, Download download)
      throws IOException, InterruptedException {
    Path target = file(task, split);
    Corpus corpus = find(split);
    long rows = 0;
    try (AtomicFile file = AtomicFile.create(target);
        OutputStream out = new BufferedOutputStream(file.stream())) {
      for (Part part : corpus.parts()) {
        if (part instanceof Part.Remote remote) {
          rows += copy(remote, target, out, download);
        }
      }
      if (rows == 0) {
        throw UserException.of("%s: there are no rows", corpus.origin());
      }
      out.flush();
      file.commit();
    }
    console.info("wrote %s: %,d rows of %s", target, rows, corpus.origin());
  }

  /// The split's files, by the card of the repository; where that does not say which they are, the
  /// files that the hub itself has made of them.
  private Corpus find(EvalTask.Split split) throws IOException, InterruptedException {
    DataFiles choice = new DataFiles(split.config(), Optional.of(split.name()));
    Catalog nothing = Catalog.of(Json.mapper().createObjectNode());
    try (CorpusFinder finder = new CorpusFinder(nothing, choice, settings, pause, console)) {
      try {
        return finder.find(split.address().toString());
      } catch (UserException unclear) {
        if (!split.address().path().isEmpty()) {
          throw unclear;
        }
        try {
          return finder.find(split.converted().toString());
        } catch (UserException e) {
          unclear.addSuppressed(e);
          throw unclear;
        }
      }
    }
  }

  private long copy(Part.Remote part, Path target, OutputStream out, Download download)
      throws IOException {
    String name = part.name();
    if (name.endsWith(".parquet")) {
      download.toFile(part.mirrors(), spool(target, name));
      return copyParquet(spool(target, name), out);
    }
    try (Download.Source source = download.toStream(part.mirrors())) {
      long rows = copyLines(decompressed(name, source.stream()), name, out);
      source.finish();
      return rows;
    }
  }

  private static Path spool(Path target, String name) {
    return target.resolveSibling("." + target.getFileName() + "." + name);
  }

  private static long copyParquet(Path spool, OutputStream out) throws IOException {
    long[] rows = new long[1];
    try {
      ParquetRows.read(
          spool,
          row -> {
            write(row, out);
            rows[0]++;
          });
    } finally {
      Files.deleteIfExists(spool);
    }
    return rows[0];
  }

  private static InputStream decompressed(String name, InputStream in) throws IOException {
    if (name.endsWith(".gz")) {
      return new GzipMembers(in);
    }
    return name.endsWith(".zst") ? new ZstdFrames(in) : in;
  }

  private static long copyLines(InputStream in, String name, OutputStream out) throws IOException {
    long rows = 0;
    long number = 0;
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      JsonNode row = parse(line, name + ":" + number);
      write(row, out);
      rows++;
    }
    return rows;
  }

  private static JsonNode parse(String line, String where) {
    JsonNode row = Json.parse(line, where);
    if (!row.isObject()) {
      throw UserException.of("%s: expected a JSON object, found %s", where, row.getNodeType());
    }
    return row;
  }

  private static void write(JsonNode row, OutputStream out) throws IOException {
    out.write(Json.line(row).getBytes(StandardCharsets.UTF_8));
    out.write('\n');
  }
}
