package neox.upload;

import java.util.Locale;
import neox.base.Console;
import neox.base.text.ShellWord;
import neox.hub.Destination;
import neox.hub.upload.PlannedFile;
import neox.hub.upload.UploadResult;
import neox.hub.upload.UploadResult.Outcome;

/// Says what an upload did: an address, or the files of a dry run, to standard output, the rest to
/// standard error.
record Report(UploadResult result, String branch, Console console) {
  void print() {
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
        console.info(
            "%s %s: no files have been modified since the last commit", result.repo(), branch);
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
        result.files().size() - changed);
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
