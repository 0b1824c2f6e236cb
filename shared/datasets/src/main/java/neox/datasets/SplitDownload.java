package neox.datasets;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.HubAddress;
import neox.hub.RemoteFile;
import neox.hub.download.Download;

/// Brings splits of data sets from a hub into files of JSON lines. A file appears complete or not
/// at all.
public record SplitDownload(Console console) {

  /// One split of a repository.
  ///
  /// @param address `hf://datasets/OWNER/NAME`, with a path where a file is meant
  /// @param config of the repository; empty for its default one
  public record Split(String name, HubAddress address, Optional<String> config) {
    /// The same rows in the branch to which the hub itself converts every data set.
    public HubAddress converted() {
      String path = config.orElse("default") + "/" + name + "/*.parquet";
      return new HubAddress(address.kind(), address.repo(), "refs/convert/parquet", path);
    }
  }

  /// Writes all rows of a split to `target`.
  public void make(Split split, Path target, HubFiles hub, Download download)
      throws IOException, InterruptedException {
    HubFiles.Found found = find(split, hub);
    write(found.files(), split.address() + " at " + found.commit(), target, download);
  }

  /// Writes all rows of files to `target`.
  ///
  /// @param origin what messages call the files
  void write(List<RemoteFile> files, String origin, Path target, Download download)
      throws IOException {
    long rows = 0;
    try (AtomicFile file = AtomicFile.create(target);
        OutputStream out = new BufferedOutputStream(file.stream())) {
      for (RemoteFile remote : files) {
        rows += copy(remote, target, out, download);
      }
      if (rows == 0) {
        throw UserException.of("%s: there are no rows", origin);
      }
      out.flush();
      file.commit();
    }
    console.info("wrote %s: %,d rows of %s", target, rows, origin);
  }

  /// The split's files, by the card of the repository; where that does not say which they are, the
  /// files that the hub itself has made of them.
  private static HubFiles.Found find(Split split, HubFiles hub)
      throws IOException, InterruptedException {
    DataFiles choice = new DataFiles(split.config(), Optional.of(split.name()));
    try {
      return hub.find(split.address(), choice, RowFiles::canStream);
    } catch (UserException unclear) {
      if (!split.address().path().isEmpty()) {
        throw unclear;
      }
      try {
        return hub.find(split.converted(), choice, RowFiles::canStream);
      } catch (UserException e) {
        unclear.addSuppressed(e);
        throw unclear;
      }
    }
  }

  private static long copy(RemoteFile remote, Path target, OutputStream out, Download download)
      throws IOException {
    String name = HubFiles.baseName(remote.name());
    if (name.endsWith(".parquet")) {
      Path spool = target.resolveSibling("." + target.getFileName() + "." + name);
      download.toFile(remote, spool);
      return copyParquet(spool, out);
    }
    if (!RowFiles.canStream(name)) {
      throw UserException.of(
          "%s: files of this kind are not read; known are %s", remote.name(), RowFiles.kinds());
    }
    try (Download.Source source = download.toStream(remote)) {
      InputStream in = RowFiles.decompressed(name, source.stream());
      long rows = name.contains(".jsonl") ? copyLines(in, name, out) : copyArray(in, name, out);
      source.finish();
      return rows;
    }
  }

  private static long copyArray(InputStream in, String name, OutputStream out) throws IOException {
    List<Row> rows = JsonRows.ofArrayOrLines(in.readAllBytes(), name);
    for (Row row : rows) {
      write(row.fields(), out);
    }
    return rows.size();
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

  private static long copyLines(InputStream in, String name, OutputStream out) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    long rows = 0;
    long number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (!line.isBlank()) {
        write(JsonRows.row(line, name + ":" + number), out);
        rows++;
      }
    }
    return rows;
  }

  private static void write(ObjectNode row, OutputStream out) throws IOException {
    out.write(Json.line(row).getBytes(StandardCharsets.UTF_8));
    out.write('\n');
  }
}
