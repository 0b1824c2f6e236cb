package neox.hub;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;

/// `hf://datasets/OWNER/NAME[@REVISION][/PATH]`: something in a repository of a hub. Without
/// `datasets/` it is a model's repository. A `/` in the revision is written `%2F`; the path is what
/// it is.
///
/// @param path a file, a directory or a pattern; empty for the whole repository
public record HubAddress(RepoKind kind, RepoId repo, String revision, String path) {
  public static final String SCHEME = "hf://";
  private static final Pattern ADDRESS =
      Pattern.compile("hf://(datasets/)?+([^/@]+/[^/@]+)(?:@([^/]+))?(?:/(.*))?");

  /// Whether a text is meant as such an address.
  public static boolean isOne(String text) {
    return text.startsWith(SCHEME);
  }

  public static HubAddress parse(String text) {
    Matcher matcher = ADDRESS.matcher(text);
    if (!matcher.matches()) {
      throw UserException.of(
          "%s: expected hf://datasets/OWNER/NAME[@REVISION][/PATH] (a / in the revision as %%2F)",
          text);
    }
    String revision = matcher.group(3) == null ? "main" : matcher.group(3);
    String path = matcher.group(4) == null ? "" : matcher.group(4).replaceAll("/+$", "");
    return new HubAddress(
        matcher.group(1) == null ? RepoKind.MODEL : RepoKind.DATASET,
        RepoId.parse(matcher.group(2)),
        URLDecoder.decode(revision.replace("+", "%2B"), StandardCharsets.UTF_8),
        path);
  }

  /// The part of the path before the last slash ahead of any pattern: what has to be listed.
  public String folder() {
    int wildcard = firstWildcard();
    String fixed = wildcard < 0 ? path : path.substring(0, wildcard);
    int slash = fixed.lastIndexOf('/');
    return slash < 0 ? "" : fixed.substring(0, slash);
  }

  /// Where the hub's server has the file, below its own address, escaped: `%` of a name, too.
  public String webPath() {
    return kind.prefix()
        + repo
        + "/resolve/"
        + HubClient.encode(revision)
        + "/"
        + HubClient.encodePath(path);
  }

  private int firstWildcard() {
    for (int i = 0; i < path.length(); i++) {
      if ("*?[{".indexOf(path.charAt(i)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /// As [#parse] reads it.
  @Override
  public String toString() {
    String encoded = revision.replace("%", "%25").replace("/", "%2F");
    String at = revision.equals("main") ? "" : "@" + encoded;
    return SCHEME
        + (kind == RepoKind.DATASET ? "datasets/" : "")
        + repo
        + at
        + (path.isEmpty() ? "" : "/" + path);
  }
}
