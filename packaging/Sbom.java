import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/// Writes what a distribution is made of: `sbom.json` (CycloneDX 1.6) and `LICENSES.tsv`, a line for
/// each library and for the runtime. Maven's class paths say which jars there are, the poms beside
/// these in its repository, or their parents, under which licences; a library without any is an
/// error.
///
/// Usage: java Sbom.java DIST VERSION DATE JAVA_HOME CLASSPATH_FILE…
class Sbom {
  private static final String REPOSITORY = "/repository/";

  /// @param purl the package's address (github.com/package-url/purl-spec)
  private record Component(
      String group, String name, String version, String purl, String sha256, List<String> licences) {
    String json() {
      String shown =
          licences.stream()
              .map(licence -> "{\"license\": {\"name\": " + quoted(licence) + "}}")
              .collect(Collectors.joining(", ", "[", "]"));
      String hashes =
          sha256.isEmpty()
              ? ""
              : ", \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"" + sha256 + "\"}]";
      return """
          {"type": "library", "bom-ref": %s, "group": %s, "name": %s, "version": %s, "purl": %s%s, "licenses": %s}"""
          .formatted(
              quoted(purl), quoted(group), quoted(name), quoted(version), quoted(purl), hashes, shown);
    }

    String line() {
      return String.join("\t", group + ":" + name, version, String.join("; ", licences));
    }
  }

  public static void main(String[] args) throws Exception {
    Path dist = Path.of(args[0]);
    Map<String, Component> components = new TreeMap<>();
    Component runtime = runtime(Path.of(args[3], "release"));
    components.put(runtime.purl(), runtime);
    for (String file : List.of(args).subList(4, args.length)) {
      for (String jar : Files.readString(Path.of(file)).strip().split(":")) {
        if (jar.contains(REPOSITORY)) {
          Component component = library(Path.of(jar), dist.resolve("lib"));
          components.put(component.purl(), component);
        }
      }
    }
    write(dist, args[1], args[2], List.copyOf(components.values()));
  }

  private static void write(Path dist, String version, String date, List<Component> components)
      throws IOException {
    String list =
        components.stream().map(c -> "    " + c.json()).collect(Collectors.joining(",\n"));
    // The same list has the same number.
    UUID number = UUID.nameUUIDFromBytes((version + list).getBytes());
    Files.writeString(
        dist.resolve("sbom.json"),
        """
        {
          "bomFormat": "CycloneDX",
          "specVersion": "1.6",
          "serialNumber": "urn:uuid:%s",
          "version": 1,
          "metadata": {
            "timestamp": "%s",
            "component": {"type": "application", "bom-ref": "neox", "name": "neox", "version": "%s", "licenses": [{"license": {"id": "Apache-2.0"}}]}
          },
          "components": [
        %s
          ]
        }
        """
            .formatted(number, date, version, list));
    Files.writeString(
        dist.resolve("LICENSES.tsv"),
        components.stream()
            .map(Component::line)
            .collect(Collectors.joining("\n", "library\tversion\tlicences\n", "\n")));
  }

  private static Component runtime(Path release) throws IOException {
    Map<String, String> said = new TreeMap<>();
    for (String line : Files.readAllLines(release)) {
      int sign = line.indexOf('=');
      said.put(line.substring(0, sign), line.substring(sign + 1).replace("\"", ""));
    }
    String version = said.getOrDefault("JAVA_RUNTIME_VERSION", said.get("JAVA_VERSION"));
    return new Component(
        said.getOrDefault("IMPLEMENTOR", "OpenJDK"),
        "OpenJDK",
        version,
        "pkg:generic/openjdk@" + version.replace("+", "%2B"),
        "",
        List.of("GPL-2.0 with the Classpath Exception"));
  }

  /// A jar of Maven's repository: …/repository/GROUP/NAME/VERSION/NAME-VERSION[-CLASSIFIER].jar.
  private static Component library(Path jar, Path lib)
      throws IOException, ParserConfigurationException, SAXException {
    Path folder = jar.getParent();
    String version = folder.getFileName().toString();
    String name = folder.getParent().getFileName().toString();
    String file = jar.getFileName().toString();
    String above = folder.getParent().getParent().toString();
    int groupAt = above.indexOf(REPOSITORY) + REPOSITORY.length();
    String group = above.substring(groupAt).replace('/', '.');
    String classifier = file.substring((name + "-" + version).length(), file.length() - 4);
    String purl =
        "pkg:maven/%s/%s@%s".formatted(group, name, version)
            + (classifier.isEmpty() ? "" : "?classifier=" + classifier.substring(1));
    Path repository = Path.of(above.substring(0, groupAt));
    List<String> licences = licences(repository, group, name, version);
    if (licences.isEmpty()) {
      throw new IllegalStateException(jar + ": no pom says under which licence it is");
    }
    return new Component(group, name, version, purl, sha256(lib.resolve(file)), licences);
  }

  private static List<String> licences(
      Path repository, String group, String name, String version)
      throws IOException, ParserConfigurationException, SAXException {
    Path pom =
        repository
            .resolve(group.replace('.', '/'))
            .resolve(name)
            .resolve(version)
            .resolve(name + "-" + version + ".pom");
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    Element project;
    try (InputStream in = Files.newInputStream(pom)) {
      project = factory.newDocumentBuilder().parse(in).getDocumentElement();
    }
    List<String> licences = new ArrayList<>();
    for (Element list : children(project, "licenses")) {
      for (Element licence : children(list, "license")) {
        licences.add(text(licence, "name"));
      }
    }
    if (licences.isEmpty()) {
      for (Element parent : children(project, "parent")) {
        return licences(
            repository,
            text(parent, "groupId"),
            text(parent, "artifactId"),
            text(parent, "version"));
      }
    }
    return licences;
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    NodeList nodes = parent.getChildNodes();
    for (int i = 0; i < nodes.getLength(); i++) {
      Node node = nodes.item(i);
      if (node instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }

  private static String text(Element parent, String name) {
    return children(parent, name).stream()
        .map(Node::getTextContent)
        .map(text -> text.replaceAll("\\s+", " ").strip())
        .findFirst()
        .orElse("");
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private Sbom() {}
}
