package neox.upload;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import neox.base.Console;
import neox.base.text.ShellWord;
import neox.hub.Destination;
import neox.hub.upload.PlannedFile;
import neox.hub.upload.UploadResult;
import neox.hub.upload.UploadResult.Outcome;

/// Says what an upload did: an address, or the files of a dry run, to standard output, the rest to
/// standard error.
record Report(UploadResult result, String branch, Console console) {
  private static final int MOST_NAMES = 3;

  void print() {
    warnOfIgnored();
    switch (result.outcome()) {
      case Outcome.Committed committed -> {
        String commits = committed.commits() == 1 ? "" : " in " + committed.commits() + " commits";
        console.info("%s %s: uploaded %s%s", result.repo(), branch, counts(), commits);
        console.out().println(committed.url());
        console.next("neox-prepare checkpoint " + result.repo() + revision() + " -d COPY");
      }
      case Outcome.Proposed proposed -> {
        console.info(
            "%s: a pull request (%s) has %s", result.repo(), proposed.revision(), counts());
        console.out().println(proposed.url());
      }
      case Outcome.UpToDate upToDate -> {
        console.info("%s %s: %s", result.repo(), branch, upToDate());
        console.out().println(upToDate.url());
      }
      case Outcome.Planned planned -> {
        result.files().forEach(file -> console.out().println(line(file)));
        console.info(
            "%s %s: would %supload %s",
            result.repo(), branch, planned.exists() ? "" : "create it and ", counts());
      }
    }
  }

  private void warnOfIgnored() {
    List<PlannedFile> ignored = result.ignored();
    if (!ignored.isEmpty()) {
      String names =
          ignored.stream()
              .limit(MOST_NAMES)
              .map(planned -> planned.file().path())
              .collect(Collectors.joining(", "));
      console.warn(
          "%s %s: %d ignored by .gitignore: %s%s",
          result.repo(), branch, ignored.size(), names, ignored.size() > MOST_NAMES ? ", …" : "");
    }
  }

  private String upToDate() {
    return result.ignored().isEmpty()
        ? "no files have been modified since the last commit"
        : "uploaded nothing; " + unchanged() + " left as they are";
  }

  /// How many files the hub has already.
  private int unchanged() {
    return result.files().size() - result.changed().size() - result.ignored().size();
  }

  private String revision() {
    return branch.equals(Destination.MAIN) ? "" : " --revision " + ShellWord.quoted(branch);
  }

  private String counts() {
    int changed = result.changed().size();
    return String.format(
        Locale.ROOT,
        "%d file%s, %.1f MB; %d left as they are",
        changed,
        changed == 1 ? "" : "s",
        result.changedBytes() / 1e6,
        unchanged());
  }

  /// One file of a dry run: what would happen, size, path; separated by tabs.
  private static String line(PlannedFile planned) {
    String verb =
        switch (planned) {
          case PlannedFile.Regular regular -> "regular";
          case PlannedFile.Large large -> "large";
          case PlannedFile.New unasked -> "new";
          case PlannedFile.Unchanged unchanged -> "unchanged";
          case PlannedFile.Ignored ignored -> "ignored";
        };
    return verb + "\t" + planned.file().size() + "\t" + planned.file().path();
  }
}
