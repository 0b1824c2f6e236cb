package neox.hub.upload;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A pattern of a `.gitattributes`, as git reads it (gitattributes(5), wildmatch.c): `*` stops at
/// slashes, `**` between slashes does not; without a slash it fits names in every directory. One
/// that makes no sense fits nothing.
///
/// Git compares bytes: here each is a character.
final class GitPattern {
  private static final Pattern SPECIAL = Pattern.compile("[*?\\[\\\\]");

  private final String glob;
  private final boolean ofNames;

  /// @param written one character a byte
  GitPattern(String written) {
    this.glob = written.startsWith("/") ? written.substring(1) : written;
    this.ofNames = !written.contains("/");
  }

  /// The characters of a text as git sees them.
  static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /// Whether it fits a path below the directory that the pattern stands in.
  boolean fits(String path) {
    String name = ofNames ? path.substring(path.lastIndexOf('/') + 1) : path;
    return new Match(glob, bytes(name)).fits(0, 0);
  }

  /// One comparison, which remembers what has failed: many stars would take ages.
  private static final class Match {
    private final String glob;
    private final String text;

    /// How long the beginning is that stands for itself: git compares it beforehand, and takes
    /// stars behind it for those of the beginning.
    private final int plain;

    private final BitSet failed = new BitSet();

    Match(String glob, String text) {
      this.glob = glob;
      this.text = text;
      Matcher special = SPECIAL.matcher(glob);
      this.plain = special.find() ? special.start() : glob.length();
    }

    boolean fits(int from, int at) {
      int g = from;
      int t = at;
      while (g < glob.length()) {
        if (glob.charAt(g) == '*') {
          return fitsStars(g, t);
        }
        if (t == text.length()) {
          return false;
        }
        g = afterOne(g, text.charAt(t));
        t++;
        if (g < 0) {
          return false;
        }
      }
      return t == text.length();
    }

    private boolean fitsStars(int from, int at) {
      int place = from * (text.length() + 1) + at;
      if (failed.get(place)) {
        return false;
      }
      boolean fits = tryStars(from, at);
      failed.set(place, !fits);
      return fits;
    }

    private boolean tryStars(int from, int at) {
      int end = from;
      while (end < glob.length() && glob.charAt(end) == '*') {
        end++;
      }
      boolean begins = from <= plain || glob.charAt(from - 1) == '/';
      boolean ends =
          end == glob.length() || glob.startsWith("/", end) || glob.startsWith("\\/", end);
      boolean directories = end - from > 1 && begins && ends;
      if (directories && glob.startsWith("/", end) && fits(end + 1, at)) {
        return true;
      }
      for (int t = at; t <= text.length(); t++) {
        if (fits(end, t)) {
          return true;
        }
        if (!directories && t < text.length() && text.charAt(t) == '/') {
          return false;
        }
      }
      return false;
    }

    /// Where the pattern goes on after what stands for one character; -1 when that is another.
    private int afterOne(int g, char c) {
      return switch (glob.charAt(g)) {
        case '?' -> c == '/' ? -1 : g + 1;
        case '[' -> new GitBrackets(glob, c).after(g);
        case '\\' -> g + 1 < glob.length() && glob.charAt(g + 1) == c ? g + 2 : -1;
        default -> glob.charAt(g) == c ? g + 1 : -1;
      };
    }
  }
}
