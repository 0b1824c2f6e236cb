package neox.remote;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;

/// An address such as `s3://bucket/runs/a`, read as people write it: nothing in it is unescaped.
/// What `%20` means there is the store's affair: a blank to web servers, itself to others.
///
/// @param scheme in lower case: `s3`, `https`, `http`, `hf`
/// @param authority bucket, or host and port
/// @param names the parts of the path, none of them empty
public record StoreAddress(String scheme, String authority, List<String> names) {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://([^/]+)(/.*)?", Pattern.DOTALL);

  public StoreAddress {
    names = List.copyOf(names);
  }

  /// Whether a text is meant as an address.
  public static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }

  /// [UserException] when a text is no address, or one that holds a secret or a question.
  public static StoreAddress parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw UserException.of("%s: expected an address such as s3://bucket/folder", text);
    }
    String authority = matcher.group(2);
    if (authority.contains("@")) {
      throw UserException.of(
          "%s://%s: the address names a user; a password does not belong into an address",
          matcher.group(1), authority.substring(authority.lastIndexOf('@') + 1));
    }
    if (text.indexOf('?') >= 0 || text.indexOf('#') >= 0) {
      throw UserException.of(
          "%s: an address with '?' or '#' names one object for a while, not a folder; expected one"
              + " without",
          text.substring(0, text.indexOf(text.indexOf('?') >= 0 ? '?' : '#')));
    }
    List<String> names = new ArrayList<>();
    if (matcher.group(3) != null) {
      for (String name : matcher.group(3).split("/", -1)) {
        if (!name.isEmpty()) {
          names.add(name);
        }
      }
    }
    return new StoreAddress(matcher.group(1).toLowerCase(Locale.ROOT), authority, names);
  }

  /// The store itself, without a path.
  public StoreAddress root() {
    return new StoreAddress(scheme, authority, List.of());
  }

  /// What lies below under a name, which may have several parts.
  public StoreAddress resolve(String name) {
    List<String> below = new ArrayList<>(names);
    for (String part : name.split("/", -1)) {
      if (!part.isEmpty()) {
        below.add(part);
      }
    }
    return new StoreAddress(scheme, authority, below);
  }

  /// The path in the store, without a slash at either end.
  public String key() {
    return String.join("/", names);
  }

  @Override
  public String toString() {
    return scheme + "://" + authority + (names.isEmpty() ? "" : "/" + key());
  }
}
